import type { DigestAlgorithm } from './crypto.ts';

interface AlgorithmBase {
  /** The Algorithm field of DNSKEY, RRSIG and DS records (IANA registry "DNS Security Algorithm Numbers"). */
  readonly number: number;
  readonly mnemonic: string;
  /** Other names under which people and tools know it. */
  readonly aliases?: readonly string[];
}

interface UsableBase extends AlgorithmBase {
  /** `deprecated`: signatures are verified, but no key is made and nothing is signed. */
  readonly status: 'recommended' | 'deprecated';
  /** Why nothing should be signed with it any more. */
  readonly reason?: string;
  /** Whether RFC 8624 section 3.1 advises against signing with it, though nothing is wrong with it. */
  readonly notRecommended?: true;
}

/** RSASSA-PKCS1-v1_5 (RFC 3110, RFC 5702). Key and signature lengths follow from the modulus. */
export interface RsaAlgorithm extends UsableBase {
  readonly kind: 'rsa';
  readonly digest: DigestAlgorithm;
  /** Bounds of the modulus that the algorithm's definition sets. */
  readonly minimumBits: number;
  readonly maximumBits: number;
}

/** ECDSA (RFC 6605). */
export interface EcdsaAlgorithm extends UsableBase {
  readonly kind: 'ecdsa';
  readonly digest: DigestAlgorithm;
  readonly curve: 'P-256' | 'P-384';
  /** Octets of the Public Key field (x | y), of the Signature field (r | s), and twice those of a coordinate. */
  readonly publicKeyLength: number;
  readonly signatureLength: number;
}

/** EdDSA (RFC 8080). */
export interface EddsaAlgorithm extends UsableBase {
  readonly kind: 'eddsa';
  readonly curve: 'Ed25519' | 'Ed448';
  readonly publicKeyLength: number;
  readonly signatureLength: number;
}

/** Neither signed with nor verified. */
export interface RefusedAlgorithm extends AlgorithmBase {
  readonly kind: 'refused';
  readonly status: 'refused';
  readonly reason: string;
}

export type UsableAlgorithm = RsaAlgorithm | EcdsaAlgorithm | EddsaAlgorithm;
export type Algorithm = UsableAlgorithm | RefusedAlgorithm;

const SHA1_IS_BROKEN = 'SHA-1 collisions are practical, and validators stop accepting it (RFC 9905)';

/** The one list of algorithms. */
export const ALGORITHMS: readonly Algorithm[] = [
  {
    number: 1,
    mnemonic: 'RSAMD5',
    kind: 'refused',
    status: 'refused',
    reason: 'MD5 is broken, and RFC 8624 forbids to sign or validate with it',
  },
  {
    number: 3,
    mnemonic: 'DSA',
    kind: 'refused',
    status: 'refused',
    reason: 'DSA keys are too short and SHA-1 is broken: RFC 8624 forbids to sign or validate with it',
  },
  {
    number: 5,
    mnemonic: 'RSASHA1',
    kind: 'rsa',
    status: 'deprecated',
    reason: SHA1_IS_BROKEN,
    digest: 'sha1',
    minimumBits: 512,
    maximumBits: 4096,
  },
  {
    number: 6,
    mnemonic: 'NSEC3DSA',
    aliases: ['DSA-NSEC3-SHA1'],
    kind: 'refused',
    status: 'refused',
    reason: 'DSA keys are too short and SHA-1 is broken: RFC 8624 forbids to sign or validate with it',
  },
  {
    number: 7,
    mnemonic: 'NSEC3RSASHA1',
    aliases: ['RSASHA1-NSEC3-SHA1'],
    kind: 'rsa',
    status: 'deprecated',
    reason: SHA1_IS_BROKEN,
    digest: 'sha1',
    minimumBits: 512,
    maximumBits: 4096,
  },
  {
    number: 8,
    mnemonic: 'RSASHA256',
    kind: 'rsa',
    status: 'recommended',
    digest: 'sha256',
    minimumBits: 512,
    maximumBits: 4096,
  },
  {
    number: 10,
    mnemonic: 'RSASHA512',
    kind: 'rsa',
    status: 'recommended',
    notRecommended: true,
    digest: 'sha512',
    minimumBits: 1024,
    maximumBits: 4096,
  },
  {
    number: 12,
    mnemonic: 'ECCGOST',
    aliases: ['ECC-GOST'],
    kind: 'refused',
    status: 'refused',
    reason: 'GOST R 34.10-2001 was withdrawn, and RFC 8624 forbids to sign with it',
  },
  {
    number: 13,
    mnemonic: 'ECDSAP256SHA256',
    aliases: ['ECDSA256'],
    kind: 'ecdsa',
    status: 'recommended',
    digest: 'sha256',
    curve: 'P-256',
    publicKeyLength: 64,
    signatureLength: 64,
  },
  {
    number: 14,
    mnemonic: 'ECDSAP384SHA384',
    aliases: ['ECDSA384'],
    kind: 'ecdsa',
    status: 'recommended',
    digest: 'sha384',
    curve: 'P-384',
    publicKeyLength: 96,
    signatureLength: 96,
  },
  {
    number: 15,
    mnemonic: 'ED25519',
    kind: 'eddsa',
    status: 'recommended',
    curve: 'Ed25519',
    publicKeyLength: 32,
    signatureLength: 64,
  },
  {
    number: 16,
    mnemonic: 'ED448',
    kind: 'eddsa',
    status: 'recommended',
    curve: 'Ed448',
    publicKeyLength: 57,
    signatureLength: 114,
  },
];

const BY_NUMBER = new Map(ALGORITHMS.map((algorithm) => [algorithm.number, algorithm]));
const BY_NAME = new Map(
  ALGORITHMS.flatMap((algorithm) =>
    [algorithm.mnemonic, ...(algorithm.aliases ?? [])].map((name) => [name, algorithm] as const),
  ),
);

/** The algorithm with this number; undefined where we know nothing of it. */
export function algorithmByNumber(number: number): Algorithm | undefined {
  return BY_NUMBER.get(number);
}

/** The algorithm with this mnemonic (letter case aside) or with this number in decimal digits. */
export function algorithmByName(name: string): Algorithm | undefined {
  return /^\d{1,3}$/.test(name) ? BY_NUMBER.get(Number(name)) : BY_NAME.get(name.toUpperCase());
}

/** The algorithm with this number if signatures by it can be verified. */
export function usableAlgorithm(number: number): UsableAlgorithm | undefined {
  const algorithm = BY_NUMBER.get(number);
  return algorithm === undefined || algorithm.kind === 'refused' ? undefined : algorithm;
}

/** How messages name an algorithm: its mnemonic, else `algorithm N`. */
export function algorithmLabel(number: number): string {
  return BY_NUMBER.get(number)?.mnemonic ?? `algorithm ${number}`;
}
