import { fromBase64, toBase64 } from '../dns/encoding.ts';
import { printTimestamp } from '../dns/time.ts';
import { algorithmLabel, usableAlgorithm, type UsableAlgorithm } from '../dnssec/algorithms.ts';
import type { Crypto, SoftwareKey, TokenKey } from '../dnssec/crypto.ts';
import {
  fromBase64url,
  jwkFromPublicKey,
  readRsaPublicKey,
  toBase64url,
  writeRsaPublicKey,
  type PrivateJwk,
  type PublicJwk,
} from '../dnssec/public-key.ts';
import { inputError } from '../errors.ts';
import { damagedKey, readBindLines, timestampOf, type BindField } from './bind-lines.ts';
import { printPem, readPem } from './pem.ts';
import { changeTiming, KEY_TIME_LABELS, keyTimeOfLabel, type KeyTiming } from './timing.ts';

/** The fields of an RSA key and the JWK members that they are (RFC 7518 section 6.3). */
const RSA_FIELDS = [
  ['Modulus', 'n'],
  ['PublicExponent', 'e'],
  ['PrivateExponent', 'd'],
  ['Prime1', 'p'],
  ['Prime2', 'q'],
  ['Exponent1', 'dp'],
  ['Exponent2', 'dq'],
  ['Coefficient', 'qi'],
] as const;

const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';

/**
 * A `.private` file: `Private-key-format: v1.2` (without times) or `v1.3`. In place of the fields with the secret it may have a PEM block
 * with the encrypted key behind its lines: OpenSSL reads such a file as it is.
 */
export interface BindPrivateKey {
  readonly algorithm: number;
  /** Everything but format, algorithm and times, in the order of the file, known or not. Secrets are in here. */
  readonly fields: readonly BindField[];
  readonly timing: KeyTiming;
  /** The secret as encrypted PKCS #8 in DER, where it is under a passphrase. */
  readonly encrypted?: Uint8Array | undefined;
}

/**
 * Reads a `.private` file.
 * @throws ZonewrightError `key/damaged`, `key/format`
 */
export function readBindPrivateKey(text: string, file: string): BindPrivateKey {
  const pemAt = text.indexOf('-----BEGIN ');
  const [format, algorithmLine, ...rest] = readBindLines(pemAt < 0 ? text : text.slice(0, pemAt), file);
  if (format?.name.toLowerCase() !== 'private-key-format') {
    throw damagedKey(file, format?.line ?? 1, 'the first line is not "Private-key-format: v1.3"');
  }
  const version = /^v(\d+)\.(\d+)$/.exec(format.value);
  if (version === null || version[1] !== '1') {
    throw inputError('key/format', `private key format ${format.value} is not known`, {
      location: { file },
      hint: 'zonewright reads v1.2 and v1.3, as BIND and ldns write them',
    });
  }
  const algorithm = /^(\d{1,3})(?:\s|$)/.exec(algorithmLine?.value ?? '');
  if (algorithmLine?.name.toLowerCase() !== 'algorithm' || algorithm === null) {
    throw damagedKey(file, algorithmLine?.line ?? 2, 'the second line is not "Algorithm: number (name)"');
  }
  const fields: BindField[] = [];
  let timing: KeyTiming = {};
  for (const line of rest) {
    const time = keyTimeOfLabel(line.name);
    if (time === undefined) fields.push(line);
    else timing = changeTiming(timing, { [time]: timestampOf(line, file) });
  }
  const encrypted = pemAt < 0 ? {} : { encrypted: encryptedKey(text, file) };
  return { algorithm: Number(algorithm[1]), fields, timing, ...encrypted };
}

function encryptedKey(text: string, file: string): Uint8Array {
  const block = readPem(text).find(({ label }) => label === ENCRYPTED);
  if (block !== undefined) return block.der;
  throw damagedKey(file, undefined, `the PEM block in it is no ${ENCRYPTED}`);
}

/** Prints a `.private` file, always as v1.3. */
export function printBindPrivateKey({ algorithm, fields, timing, encrypted }: BindPrivateKey): string {
  const lines = ['Private-key-format: v1.3', `Algorithm: ${algorithm} (${algorithmLabel(algorithm)})`];
  for (const { name, value } of fields) lines.push(`${name}: ${value}`);
  for (const [time, label] of KEY_TIME_LABELS) {
    const value = timing[time];
    if (value !== undefined) lines.push(`${label}: ${printTimestamp(value)}`);
  }
  const pem = encrypted === undefined ? '' : printPem({ label: ENCRYPTED, der: encrypted });
  return `${lines.join('\n')}\n${pem}`;
}

/** The fields of a software key. */
export function fieldsOfPrivateKey({ jwk }: SoftwareKey): BindPrivateKey['fields'] {
  if (jwk.kty !== 'RSA') return [{ name: 'PrivateKey', value: base64FromUrl(jwk.d) }];
  return RSA_FIELDS.map(([name, member]) => ({ name, value: base64FromUrl(jwk[member]) }));
}

/** Whether the file only refers to a key that an engine or an HSM holds. */
export function isKeyReference({ fields }: BindPrivateKey): boolean {
  return fields.some(({ name }) => /^(engine|label)$/i.test(name));
}

/**
 * The PKCS#11 URI that a file refers to a key in an HSM by; undefined where it has another label, or none. As BIND has it, `Label` is the
 * URI in base64 with a zero octet behind it.
 * @throws ZonewrightError `key/damaged`
 */
export function uriOfReference(key: BindPrivateKey, file: string): string | undefined {
  if (!key.fields.some(({ name }) => /^label$/i.test(name))) return undefined;
  const label = new TextDecoder().decode(octetsOf(key, 'Label', file)).replace(/\0+$/, '');
  return label.startsWith('pkcs11:') ? label : undefined;
}

/**
 * The key in an HSM that the file refers to.
 * @throws ZonewrightError `key/reference` where the label is no PKCS#11 URI
 */
export function tokenKeyOfReference(key: BindPrivateKey, publicKey: Uint8Array, file: string): TokenKey {
  const uri = uriOfReference(key, file);
  if (uri !== undefined) return { kind: 'token', algorithm: key.algorithm, uri, publicKey, file };
  throw inputError('key/reference', 'this file refers to a key that is in no PKCS#11 token', {
    location: { file },
    hint: 'its Label should be a URI such as pkcs11:token=…;object=…',
  });
}

/**
 * The secret of a `.private` file, completed with the public key from the `.key` file beside it.
 * @throws ZonewrightError `key/algorithm`, `key/damaged`, `key/mismatch`
 */
export function privateKeyMaterial(key: BindPrivateKey, publicKey: Uint8Array, file: string): SoftwareKey {
  const algorithm = usableAlgorithm(key.algorithm);
  if (algorithm === undefined) {
    throw inputError('key/algorithm', `keys of ${algorithmLabel(key.algorithm)} cannot be used`, {
      location: { file },
    });
  }
  const publicJwk = jwkFromPublicKey(algorithm, publicKey);
  if (publicJwk === undefined) {
    throw damagedKey(file, undefined, `the public key beside it is no ${algorithm.mnemonic} key`);
  }
  const jwk =
    algorithm.kind === 'rsa'
      ? rsaJwk(key, publicKey, file)
      : ({ ...publicJwk, d: scalar(key, algorithm, file) } as Exclude<PrivateJwk, { kty: 'RSA' }>);
  return { kind: 'software', algorithm: key.algorithm, jwk, file };
}

/**
 * The secret of a `.private` file that may stand alone: then the public key follows from it.
 * @throws ZonewrightError as `privateKeyMaterial`
 */
export async function jwkOfBindKey(
  key: BindPrivateKey,
  publicKey: Uint8Array | undefined,
  file: string,
  crypto: Pick<Crypto, 'privateKeyOfSecret'>,
): Promise<PrivateJwk> {
  if (publicKey !== undefined) return privateKeyMaterial(key, publicKey, file).jwk;
  const algorithm = usableAlgorithm(key.algorithm);
  if (algorithm !== undefined && algorithm.kind !== 'rsa') {
    return crypto.privateKeyOfSecret(key.algorithm, fromBase64url(scalar(key, algorithm, file)));
  }
  const exponent = octetsOf(key, 'PublicExponent', file);
  const modulus = octetsOf(key, 'Modulus', file);
  return privateKeyMaterial(key, writeRsaPublicKey({ exponent, modulus }), file).jwk;
}

function rsaJwk(key: BindPrivateKey, publicKey: Uint8Array, file: string): PrivateJwk {
  const members = Object.fromEntries(
    RSA_FIELDS.map(([name, member]) => [member, toBase64url(trimmed(octetsOf(key, name, file)))]),
  ) as Record<(typeof RSA_FIELDS)[number][1], string>;
  const { modulus, exponent } = readRsaPublicKey(publicKey)!;
  if (members.n !== toBase64url(modulus) || members.e !== toBase64url(exponent)) {
    throw inputError('key/mismatch', 'the private key does not belong to the public key beside it', {
      location: { file },
      hint: 'restore both files of the key from the same backup',
    });
  }
  return { kty: 'RSA' satisfies PublicJwk['kty'], ...members };
}

/** The private value of an ECDSA or EdDSA key, at full length: some tools leave leading zeros out. */
function scalar(
  key: BindPrivateKey,
  algorithm: Exclude<UsableAlgorithm, { kind: 'rsa' }>,
  file: string,
): string {
  const octets = octetsOf(key, 'PrivateKey', file);
  const length = algorithm.kind === 'ecdsa' ? algorithm.publicKeyLength / 2 : algorithm.publicKeyLength;
  const value = algorithm.kind === 'ecdsa' ? trimmed(octets) : octets;
  if (value.length > length || (algorithm.kind === 'eddsa' && value.length < length)) {
    throw damagedKey(
      file,
      undefined,
      `PrivateKey has ${octets.length} octets, but ${length} in ${algorithm.mnemonic} keys`,
    );
  }
  const full = new Uint8Array(length);
  full.set(value, length - value.length);
  return toBase64url(full);
}

function octetsOf(key: BindPrivateKey, name: string, file: string): Uint8Array {
  const field = key.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (field === undefined) throw damagedKey(file, undefined, `the field ${name} is missing`);
  try {
    const octets = fromBase64(field.value);
    if (octets.length > 0) return octets;
  } catch {
    // Said below, without the value.
  }
  throw damagedKey(file, field.line, `${name} is not base64`);
}

function trimmed(integer: Uint8Array): Uint8Array {
  const first = integer.findIndex((octet) => octet !== 0);
  return integer.subarray(first < 0 ? integer.length : first);
}

function base64FromUrl(member: string): string {
  return toBase64(fromBase64url(member));
}
