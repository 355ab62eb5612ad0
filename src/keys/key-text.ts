import { fromBase64url, type PrivateJwk } from '../dnssec/public-key.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import { readBindPrivateKey, type BindPrivateKey } from './bind-private-key.ts';
import { readBindPublicKey, type BindPublicKey } from './bind-public-key.ts';
import { readPem } from './pem.ts';

/** What a file with a key holds, by its form alone. */
export type KeyText =
  /** A `.private` file of BIND or ldns, or what `pdnsutil export-zone-key` prints. */
  | { readonly form: 'bind'; readonly key: BindPrivateKey }
  /** PKCS #8, SEC 1 or PKCS #1, from PEM or as it is. */
  | { readonly form: 'der'; readonly der: Uint8Array }
  | { readonly form: 'encrypted'; readonly der: Uint8Array }
  /** `alg` is what the JWK says of its use (RFC 7518 section 3.1). */
  | { readonly form: 'jwk'; readonly jwk: PrivateJwk; readonly alg: string | undefined }
  /** A DNSKEY record alone: somebody else has the private half. */
  | { readonly form: 'dnskey'; readonly key: BindPublicKey };

const SEQUENCE = 0x30;
const LONG_FORM = 0x80;

const PRIVATE_LABELS: ReadonlySet<string> = new Set(['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY']);

const JWK_MEMBERS = {
  RSA: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
  EC: ['crv', 'x', 'y', 'd'],
  OKP: ['crv', 'x', 'd'],
} as const;

/**
 * Finds out what a file with a key holds.
 * @throws ZonewrightError `key/form`, `key/damaged`, `key/format`. What is in the file is never quoted.
 */
export function readKeyText(bytes: Uint8Array, file: string): KeyText {
  if (bytes[0] === SEQUENCE && !isText(bytes)) return ofDer(bytes);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*private-key-format\s*:/i.test(text)) return { form: 'bind', key: readBindPrivateKey(text, file) };
  if (text.includes('-----BEGIN ')) return ofPem(text, file);
  if (/^\s*\{/.test(text)) return ofJwk(text, file);
  if (!/\b(?:DNSKEY|KEY)\s/i.test(text)) throw unknownForm('this is no key in a form that is known', file);
  return { form: 'dnskey', key: readBindPublicKey(bytes, file) };
}

/** DER has a length in its second octet, and an octet that is no character soon. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 16).every((octet) => octet === 0x0a || (octet >= 0x20 && octet < 0x7f));
}

/** Unlike the others, an encrypted key begins with the SEQUENCE of what it was encrypted with (RFC 5958 section 3). */
function ofDer(der: Uint8Array): KeyText {
  const length = der[1] ?? 0;
  const first = der[length < LONG_FORM ? 2 : 2 + (length & ~LONG_FORM)];
  return { form: first === SEQUENCE ? 'encrypted' : 'der', der };
}

function ofPem(text: string, file: string): KeyText {
  const blocks = readPem(text);
  const found = blocks.find(({ label }) => PRIVATE_LABELS.has(label) || label === 'ENCRYPTED PRIVATE KEY');
  if (found !== undefined) {
    return { form: found.label === 'ENCRYPTED PRIVATE KEY' ? 'encrypted' : 'der', der: found.der };
  }
  if (blocks.some(({ label }) => label === 'PUBLIC KEY')) {
    throw unknownForm('this is a public key without an owner', file, 'give it as a DNSKEY record');
  }
  throw unknownForm(
    'there is no private key in this PEM file',
    file,
    'one in the old encrypted form becomes PKCS #8 with "openssl pkcs8 -topk8"',
  );
}

function ofJwk(text: string, file: string): KeyText {
  let jwk: Readonly<Record<string, unknown>>;
  try {
    jwk = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw unknownForm('this is no JSON, and so no JWK', file);
  }
  const { kty, alg } = jwk;
  const members = JWK_MEMBERS[kty as keyof typeof JWK_MEMBERS] as readonly string[] | undefined;
  if (members === undefined) throw unknownForm('kty is none of RSA, EC and OKP in this JWK', file);
  const wrong = members.find((name) => !isMember(jwk[name], name));
  if (wrong !== undefined) {
    throw inputError('key/damaged', `the member ${wrong} of this JWK is missing or malformed`, {
      location: { file },
      hint: wrong === 'd' ? 'a public JWK is not enough: give the private one' : undefined,
    });
  }
  const values = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return {
    form: 'jwk',
    jwk: { kty, ...values } as PrivateJwk,
    alg: typeof alg === 'string' ? alg : undefined,
  };
}

function isMember(value: unknown, name: string): boolean {
  if (typeof value !== 'string' || value === '') return false;
  if (name === 'crv') return true;
  try {
    return fromBase64url(value).length > 0;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    return false;
  }
}

function unknownForm(message: string, file: string, hint?: string): ZonewrightError {
  return inputError('key/form', message, {
    location: { file },
    hint:
      hint ??
      'keys are read in PKCS #8, SEC 1, PKCS #1 (PEM or DER), JWK, and the forms of BIND, ldns and PowerDNS',
  });
}
