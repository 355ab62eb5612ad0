import { usageError, type ZonewrightError } from '../errors.ts';

/** Attributes that tell one token from another: the token's own, its slot's, its library's (RFC 7512 section 2.3). */
export const TOKEN_ATTRIBUTES = [
  'token',
  'manufacturer',
  'serial',
  'model',
  'slot-id',
  'slot-description',
  'slot-manufacturer',
  'library-description',
  'library-manufacturer',
  'library-version',
] as const;

export type TokenAttribute = (typeof TOKEN_ATTRIBUTES)[number];

/** Where a key is in an HSM: a PKCS#11 URI (RFC 7512), decoded. */
export interface Pkcs11Uri {
  /** What the token must be. */
  readonly token: Readonly<Partial<Record<TokenAttribute, string>>>;
  /** The key's CKA_LABEL. */
  readonly object?: string;
  /** The key's CKA_ID. */
  readonly id?: Uint8Array;
  /** Where the PIN is: `file:/path`, `/path` or `env:NAME`. */
  readonly pinSource?: string;
  /** The PIN itself: a secret, which is never printed. */
  readonly pinValue?: string;
  /** The absolute path of the library that knows the token. */
  readonly modulePath?: string;
}

const KNOWN: ReadonlySet<string> = new Set([
  ...TOKEN_ATTRIBUTES,
  ...['object', 'id', 'type', 'pin-source', 'pin-value', 'module-path'],
]);

const SCHEME = 'pkcs11:';
/** What is printed as it is (RFC 3986 section 2.3); in the query, paths stay readable. */
const PLAIN = { path: /^[-._~0-9A-Za-z]$/, query: /^[-._~0-9A-Za-z/:]$/ };

/**
 * Reads a PKCS#11 URI. Older tools put the query attributes into the path, and so do the labels in the key files of BIND: both places are good.
 * @throws ZonewrightError `usage/pkcs11-uri`; the message never quotes a value, which may be a PIN
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (!text.toLowerCase().startsWith(SCHEME)) throw malformed('it does not begin with "pkcs11:"');
  const [path, query, ...more] = text.slice(SCHEME.length).split('?');
  if (more.length > 0) throw malformed('it has more than one "?"');
  const attributes = new Map<string, Uint8Array>();
  for (const part of split(path!, ';')) addAttribute(attributes, part, 'path');
  for (const part of split(query ?? '', '&')) addAttribute(attributes, part, 'query');
  return uriOf(attributes);
}

function split(text: string, separator: string): string[] {
  return text === '' ? [] : text.split(separator);
}

function addAttribute(attributes: Map<string, Uint8Array>, part: string, place: 'path' | 'query'): void {
  const equals = part.indexOf('=');
  if (equals <= 0) throw malformed('an attribute is not of the form "name=value"');
  const name = part.slice(0, equals);
  if (!/^[-A-Za-z0-9_]+$/.test(name)) throw malformed('the name of an attribute has a wrong character');
  if (!KNOWN.has(name)) {
    // RFC 7512 section 2.3: what is not known in the path matches nothing; in the query it is passed over.
    if (place === 'query') return;
    throw malformed(`the attribute "${name}" is not known`);
  }
  if (attributes.has(name)) throw malformed(`the attribute "${name}" is there twice`);
  attributes.set(name, decode(name, part.slice(equals + 1)));
}

/** The octets of a percent-encoded value (RFC 3986 section 2.1). */
function decode(name: string, value: string): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f)
      throw malformed(`"${name}" has a character that must be percent-encoded, such as %20 for a blank`);
    if (value[at] !== '%') {
      octets.push(code);
      continue;
    }
    const hex = value.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw malformed(`"${name}" has a "%" without two hexadecimal digits`);
    octets.push(Number.parseInt(hex, 16));
    at += 2;
  }
  return Uint8Array.from(octets);
}

function uriOf(attributes: ReadonlyMap<string, Uint8Array>): Pkcs11Uri {
  const text = (name: string): string | undefined => {
    const octets = attributes.get(name);
    if (octets === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      throw malformed(`"${name}" is not UTF-8`);
    }
  };
  const type = text('type');
  if (type !== undefined && type !== 'private')
    throw malformed('its "type" is not "private"; leave it out, or name the private key');
  const pinSource = text('pin-source');
  const pinValue = text('pin-value');
  // RFC 7512 section 2.4: such a URI is to be refused.
  if (pinSource !== undefined && pinValue !== undefined)
    throw malformed('it has both "pin-source" and "pin-value"');
  const modulePath = text('module-path');
  // A relative path would let the working directory decide which code runs.
  if (modulePath !== undefined && !modulePath.startsWith('/'))
    throw malformed('its "module-path" is not absolute');
  const slot = text('slot-id');
  if (slot !== undefined && !/^\d{1,10}$/.test(slot)) throw malformed('its "slot-id" is no number');
  const id = attributes.get('id');
  return {
    token: present(Object.fromEntries(TOKEN_ATTRIBUTES.map((name) => [name, text(name)]))),
    ...present({ object: text('object'), id, pinSource, pinValue, modulePath }),
  };
}

/** What of an object has a value. */
function present<T extends object>(object: T): { [key in keyof T]?: Exclude<T[key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [key in keyof T]?: Exclude<T[key], undefined>;
  };
}

/** Prints a PKCS#11 URI. The PIN is left out: where it is, is said by `pin-source`. */
export function printPkcs11Uri({ token, object, id, pinSource, modulePath }: Pkcs11Uri): string {
  const attribute = (name: string, value: string | undefined, place: keyof typeof PLAIN): string[] =>
    value === undefined ? [] : [`${name}=${encode(new TextEncoder().encode(value), PLAIN[place])}`];
  const path = [
    ...TOKEN_ATTRIBUTES.flatMap((name) => attribute(name, token[name], 'path')),
    // Wholly percent-encoded, as section 2.3 asks.
    ...(id === undefined ? [] : [`id=${encode(id)}`]),
    ...attribute('object', object, 'path'),
  ];
  const query = [
    ...attribute('pin-source', pinSource, 'query'),
    ...attribute('module-path', modulePath, 'query'),
  ];
  return `${SCHEME}${path.join(';')}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

function encode(octets: Uint8Array, plain?: RegExp): string {
  return Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet);
    if (plain?.test(character) === true) return character;
    return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function malformed(problem: string): ZonewrightError {
  return usageError('usage/pkcs11-uri', `the PKCS#11 URI cannot be used: ${problem}`, {
    hint: "it looks like 'pkcs11:token=hsm;object=example.com-ksk?pin-source=file:/etc/hsm.pin' (RFC 7512)",
  });
}
