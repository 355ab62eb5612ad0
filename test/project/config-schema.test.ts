import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkConfig } from '../../src/io/config-schema.ts';
import schema from '../../schemas/config.schema.json' with { type: 'json' };

interface Part {
  readonly title?: string;
  readonly type?: unknown;
  readonly $ref?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly oneOf?: readonly Part[];
}

const definitions: Readonly<Record<string, Part>> = schema.$defs;

function resolved(part: Part): Part {
  const { $ref: reference } = part;
  const definition = reference === undefined ? undefined : definitions[reference.replace('#/$defs/', '')];
  return { ...definition, ...part };
}

/** The paths of keys that an editor would show without a word. */
function undescribed(part: Part, path: string): string[] {
  const alternatives = (part.oneOf ?? []).flatMap((each) => undescribed(each, path));
  const own = Object.entries(part.properties ?? {}).flatMap(([name, property]) => {
    const whole = resolved(property);
    const isTold = whole.description !== undefined || whole.const !== undefined;
    return [...(isTold ? [] : [`${path}${name}`]), ...undescribed(whole, `${path}${name}.`)];
  });
  return [...alternatives, ...own];
}

describe('the schema of the configuration', () => {
  test('is a schema', () => {
    const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true });
    expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
    expect(ajv.validateSchema({ ...schema, type: 'mapping' })).toBe(false);
  });

  test('describes every key, for editors', () => {
    const parts = Object.entries({ '': schema, ...definitions });
    expect(parts.flatMap(([name, part]) => undescribed(part, `${name}.`))).toEqual([]);
  });

  test('lets a configuration name it', () => {
    const refuse = (): never => {
      throw new Error('refused');
    };
    expect(checkConfig({ $schema: './schemas/config.schema.json', zones: {} }, refuse)).toMatchObject({
      zones: {},
    });
    expect(() => checkConfig({ $shema: 'x' }, refuse)).toThrow('refused');
  });
});
