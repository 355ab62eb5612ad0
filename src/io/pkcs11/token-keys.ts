import { sameOctets } from '../../dns/octets.ts';
import type { CryptoKey } from 'node-webcrypto-p11';
import { algorithmLabel, usableAlgorithm, type UsableAlgorithm } from '../../dnssec/algorithms.ts';
import type { TokenKey } from '../../dnssec/crypto.ts';
import {
  publicKeyFromJwk,
  publicKeyProblem,
  writeRsaPublicKey,
  type PublicJwk,
} from '../../dnssec/public-key.ts';
import { inputError, internalError, usageError } from '../../errors.ts';
import type { Pkcs11Uri } from '../../keys/pkcs11-uri.ts';
import type { Session, Token } from './token-library.ts';

type TokenObject = ReturnType<ReturnType<Session['find']>['items']>;

/** Object classes and key types (PKCS#11 v3.0; graphene's table ends before the Edwards curves). */
const CKO_PUBLIC_KEY = 2;
const CKO_PRIVATE_KEY = 3;
const CKK_RSA = 0;
const CKK_EC = 3;
const CKK_EC_EDWARDS = 0x40;
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;

/** CKA_EC_PARAMS of Edwards curves: the curve's name as PKCS#11 v3.0 section 2.3.5 has it (DER PrintableString). */
const EDWARDS_NAME = { Ed25519: 'edwards25519', Ed448: 'edwards448' } as const;

/** Every key that we make has an id that begins like this: what has not is somebody else's, and never deleted. */
const OUR_ID = 'zonewright-';
const RANDOM_ID_OCTETS = 8;

/** A private key on a token, with its public part. */
export interface FoundKey {
  readonly object: TokenObject;
  readonly id: Uint8Array;
  readonly label: string;
  /** Whether it can sign with an algorithm of DNSSEC. */
  readonly fits: (algorithm: UsableAlgorithm) => boolean;
  /** The Public Key field of its DNSKEY record. */
  readonly publicKey: Uint8Array;
}

/** The private keys that a URI describes and whose public part is known. */
export function findKeys(
  session: Session,
  { object: label, id }: Pick<Pkcs11Uri, 'object' | 'id'>,
): FoundKey[] {
  const wanted = {
    ...(label === undefined ? {} : { label }),
    ...(id === undefined ? {} : { id: Buffer.from(id) }),
  };
  return objects(session, { class: CKO_PRIVATE_KEY, token: true, ...wanted }).flatMap((object) => {
    const found = describeKey(session, object);
    return found === undefined ? [] : [found];
  });
}

function objects(session: Session, template: Parameters<Session['find']>[0]): TokenObject[] {
  const collection = session.find(template);
  return Array.from({ length: collection.length }, (_, index) => collection.items(index));
}

/** What a private key is; undefined for a kind that DNSSEC does not know, or one whose public part is not there. */
function describeKey(session: Session, object: TokenObject): FoundKey | undefined {
  const { id, label, keyType } = object.getAttribute({ id: null, label: null, keyType: null });
  const owner = { object, id: id ?? new Uint8Array(), label: label ?? '' };
  if (keyType === CKK_RSA) {
    // A private RSA key carries its public part.
    const { modulus, publicExponent } = object.getAttribute({ modulus: null, publicExponent: null });
    if (!modulus || !publicExponent) return undefined;
    const publicKey = writeRsaPublicKey({ exponent: publicExponent, modulus });
    return { ...owner, publicKey, fits: (algorithm) => fitsPoint(algorithm, 'rsa', publicKey) };
  }
  if (keyType !== CKK_EC && keyType !== CKK_EC_EDWARDS) return undefined;
  const pair = objects(session, { class: CKO_PUBLIC_KEY, keyType, id: Buffer.from(owner.id) });
  const point = pair[0]?.getAttribute({ pointEC: null }).pointEC;
  if (!point) return undefined;
  const kind = keyType === CKK_EC ? 'ecdsa' : 'eddsa';
  const publicKey = publicKeyOfPoint(point, kind);
  return { ...owner, publicKey, fits: (algorithm) => fitsPoint(algorithm, kind, publicKey) };
}

/** CKA_EC_POINT is a DER OCTET STRING, which some tokens leave out; before the coordinates of ECDSA stands 4, "uncompressed". */
function publicKeyOfPoint(point: Uint8Array, kind: 'ecdsa' | 'eddsa'): Uint8Array {
  const isWrapped = point[0] === 4 && point[1] === point.length - 2;
  const octets = isWrapped ? point.subarray(2) : point;
  return Uint8Array.from(kind === 'ecdsa' ? octets.subarray(1) : octets);
}

function fitsPoint(
  algorithm: UsableAlgorithm,
  kind: UsableAlgorithm['kind'],
  publicKey: Uint8Array,
): boolean {
  return algorithm.kind === kind && publicKeyProblem(algorithm, publicKey) === undefined;
}

/** Makes a key pair on the token, which never leaves it. Returns its id and public part. */
export async function generateTokenKey(
  token: Token,
  number: number,
  bits: number | undefined,
  label: string,
): Promise<{ readonly id: Uint8Array; readonly publicKey: Uint8Array }> {
  const algorithm = usableAlgorithm(number);
  if (algorithm === undefined) throw internalError('key/algorithm', `algorithm ${number} has no keys`);
  const random = Buffer.from(token.session.generateRandom(RANDOM_ID_OCTETS)).toString('hex');
  const id = Buffer.from(`${OUR_ID}${random}`);
  const publicKey =
    algorithm.kind === 'eddsa'
      ? generateEdwardsKey(token.session, algorithm.curve, id, label)
      : await generateByWebCrypto(token, algorithm, bits, id, label);
  return { id, publicKey };
}

async function generateByWebCrypto(
  { subtle }: Token,
  algorithm: Exclude<UsableAlgorithm, { kind: 'eddsa' }>,
  bits: number | undefined,
  id: Buffer,
  label: string,
): Promise<Uint8Array> {
  const common = { token: true, sensitive: true, label };
  const parameters =
    algorithm.kind === 'rsa'
      ? {
          ...common,
          name: 'RSASSA-PKCS1-v1_5',
          hash: `SHA-${algorithm.digest.slice(3)}`,
          modulusLength: bits ?? 2048,
          publicExponent: Uint8Array.of(1, 0, 1),
        }
      : { ...common, name: 'ECDSA', namedCurve: algorithm.curve };
  // Without the types of a browser, the library's own type of this cannot be resolved.
  const made: unknown = await subtle.generateKey(parameters, false, ['sign', 'verify']);
  const { publicKey, privateKey } = made as Record<'publicKey' | 'privateKey', CryptoKey>;
  for (const { key } of [publicKey, privateKey]) key.setAttribute({ id });
  return publicKeyFromJwk(algorithm, (await subtle.exportKey('jwk', publicKey)) as PublicJwk);
}

/** The WebCrypto interface over PKCS#11 has no Edwards curves; the session behind it does what the token can. */
function generateEdwardsKey(
  session: Session,
  curve: keyof typeof EDWARDS_NAME,
  id: Buffer,
  label: string,
): Uint8Array {
  const name = EDWARDS_NAME[curve];
  const paramsEC = Buffer.from([0x13, name.length, ...Buffer.from(name)]);
  const common = { token: true, keyType: CKK_EC_EDWARDS, id, label };
  const { publicKey } = session.generateKeyPair(
    CKM_EC_EDWARDS_KEY_PAIR_GEN,
    { ...common, private: false, verify: true, paramsEC },
    { ...common, sensitive: true, extractable: false, sign: true },
  );
  const point = publicKey.getAttribute({ pointEC: null }).pointEC;
  if (point) return publicKeyOfPoint(point, 'eddsa');
  throw internalError('key/token-failed', 'the token made a key without a public part');
}

/** Deletes both halves of a key that we made. Returns whether it was ours to delete. */
export function deleteKey(session: Session, id: Uint8Array): boolean {
  if (!Buffer.from(id).toString('latin1').startsWith(OUR_ID)) return false;
  for (const type of [CKO_PRIVATE_KEY, CKO_PUBLIC_KEY])
    for (const object of objects(session, { class: type, id: Buffer.from(id) })) object.destroy();
  return true;
}

/** The one key that a URI describes and that belongs to a DNSKEY. */
export function keyOf(session: Session, uri: Pkcs11Uri, key: TokenKey): FoundKey {
  const found = findKeys(session, uri);
  const location = key.file === undefined ? undefined : { file: key.file };
  const match = found.find(({ publicKey }) => sameOctets(publicKey, key.publicKey));
  if (match !== undefined) return match;
  if (found.length === 0) {
    throw inputError('key/token-no-key', `the token has no private key ${describeObject(uri)}`, {
      location,
      hint: 'list its keys with "pkcs11-tool --login --list-objects"',
    });
  }
  throw inputError('key/mismatch', 'the key in the HSM does not belong to the public key of this file', {
    location,
    hint: 'the URI leads to another key: check its object and id',
  });
}

/** The one key that a URI describes and that signs with an algorithm; undefined where there is none. */
export function onlyKey(session: Session, uri: Pkcs11Uri, number: number): FoundKey | undefined {
  const [key, ...others] = findKeys(session, uri);
  if (others.length > 0) {
    throw usageError('key/token-several', `the token has several private keys ${describeObject(uri)}`, {
      hint: 'add the id of one of them to the URI: id=%01',
    });
  }
  const algorithm = usableAlgorithm(number);
  if (key === undefined || (algorithm !== undefined && key.fits(algorithm))) return key;
  throw inputError(
    'key/wrong-type',
    `the private key ${describeObject(uri)} is no ${algorithmLabel(number)} key`,
    { hint: 'name its algorithm with --algorithm, or another key' },
  );
}

function describeObject({ object, id }: Pick<Pkcs11Uri, 'object' | 'id'>): string {
  const parts = [
    ...(object === undefined ? [] : [`with the label "${object}"`]),
    ...(id === undefined ? [] : [`with the id ${Buffer.from(id).toString('hex')}`]),
  ];
  return parts.join(' and ') || 'that zones can be signed with';
}
