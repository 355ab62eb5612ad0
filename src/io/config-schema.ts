import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import schema from '../../schemas/config.schema.json' with { type: 'json' };
import { byPlace, withFurther, type ZonewrightError } from '../errors.ts';
import { closestWord } from './closest-word.ts';
import type { ConfigFile } from './config-file.ts';

/** Characters of a wrong value that a message quotes. */
const MAX_QUOTE = 60;

/** The schema is our own: a test holds it against that of schemas, which takes a quarter of the time of compiling it. */
const AJV_OPTIONS = {
  allErrors: true,
  verbose: true,
  discriminator: true,
  allowUnionTypes: true,
  validateSchema: false,
  meta: false,
} as const;

/**
 * The content of a configuration file, if it follows the schema.
 * @throws ZonewrightError about the first value that does not; it carries the others in `further`
 */
export function checkConfig(content: unknown, errorAt: ConfigFile['errorAt']): ConfigFile['document'] {
  const ajv = new Ajv2020(AJV_OPTIONS);
  const validate = ajv.compile<ConfigFile['document']>(schema);
  if (validate(content)) return content;
  throw withFurther((validate.errors ?? []).map((error) => explain(error, errorAt)).sort(byPlace));
}

/** The part of a schema that an error is about. */
interface SubSchema {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  /** The forms that an object with a `type` may have. */
  readonly oneOf?: readonly { readonly properties: { readonly type: { readonly const: string } } }[];
}

function explain(error: ErrorObject, errorAt: ConfigFile['errorAt']): ZonewrightError {
  const keys = keysOf(error.instancePath);
  const params = error.params as Readonly<Record<string, unknown>>;
  const subSchema = error.parentSchema as SubSchema;
  const limit = String(params['limit']);
  // All of a file that is no configuration is not quoted: it might be a key.
  const isOneText = keys.length === 0 && typeof error.data === 'string';
  const value = isOneText ? 'text' : shortened(JSON.stringify(error.data));
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const known = Object.keys(subSchema.properties ?? {}).filter((name) => name !== '$schema');
      const hint = didYouMean(key, known) ?? `the keys here are ${known.join(', ')}`;
      return errorAt([...keys, key], 'this key is unknown', hint);
    }
    case 'required': {
      const key = String(params['missingProperty']);
      const [meaning = ''] = (subSchema.properties?.[key]?.description ?? '').split(/(?<=\.)\s/);
      return errorAt(keys, `${key} is missing`, `add ${key}: ${meaning}`.trim());
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      const advice = subSchema.title === undefined ? undefined : `use ${subSchema.title}`;
      return errorAt(
        keys,
        `${value} is none of ${allowed.join(', ')}`,
        advice ?? didYouMean(String(error.data), allowed),
      );
    }
    case 'discriminator':
      return errorAt(
        [...keys, 'type'],
        `this must be ${listOf(typesOf(subSchema))}`,
        didYouMean(String(params['tagValue']), typesOf(subSchema)),
      );
    case 'minimum':
      return errorAt(keys, `${value} is less than ${limit}`, `use ${limit} or more`);
    case 'maximum':
      return errorAt(keys, `${value} is more than ${limit}`, `use ${limit} or less`);
    case 'minItems':
      return errorAt(keys, 'this list is empty', 'name one, or leave the key out');
    case 'uniqueItems':
      return errorAt(keys, 'this list has the same entry twice', 'take one of the two out');
    default:
      return errorAt(
        keys,
        `this must be ${subSchema.type === 'object' ? typeLabel('object') : (subSchema.title ?? typeLabel(subSchema.type))}, not ${value}`,
      );
  }
}

function typesOf({ oneOf = [] }: SubSchema): string[] {
  return oneOf.map(({ properties }) => properties.type.const);
}

function listOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].join(' or ');
}

function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const closest = closestWord(word, candidates);
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}

function shortened(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE)}…`;
}

const TYPE_LABELS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  string: 'text',
  object: 'a mapping of keys to values',
  array: 'a list',
};

function typeLabel(type: SubSchema['type']): string {
  return [type ?? 'something else']
    .flat()
    .map((name) => TYPE_LABELS[name] ?? name)
    .join(' or ');
}

/** The keys of a JSON pointer (RFC 6901); what looks like an index into a list is a number. */
function keysOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
