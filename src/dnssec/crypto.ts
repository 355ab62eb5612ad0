import type { PrivateJwk } from './public-key.ts';

export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** A digest over data that comes in pieces, such as a whole zone. */
export interface IncrementalDigest {
  update(data: Uint8Array): void;
  /** The digest. The object is of no use afterwards. */
  finish(): Uint8Array;
}

/** Checks signatures with one public key. */
export interface Verifier {
  /**
   * Whether `signature`, in the form of the RRSIG Signature field, is this key's over `data`.
   * False too for a signature of the wrong length; never throws.
   */
  verify(data: Uint8Array, signature: Uint8Array): boolean;
  /** A faster way for thousands of signatures of this key, which takes a while to make; undefined where there is none. */
  batch?(): Promise<BatchVerifier | undefined>;
}

/** Proves signatures of one key, many at a time. */
export interface BatchVerifier {
  /** Takes up a signature over `data`. Neither is looked at after that. */
  add(data: Uint8Array, signature: Uint8Array): void;
  /** Which of those taken up since the last call are proven, in their order. One that is not may be valid all the same: `verify` knows. */
  finish(): readonly boolean[];
}

/** Signs with one private key, wherever that key is. */
export interface Signer {
  /** The signature over `data` in the form of the RRSIG Signature field (for ECDSA r | s, RFC 6605 section 4). */
  sign(data: Uint8Array): Uint8Array;
  /** Loads a faster way for thousands of signatures. Making it takes as long as some hundred of them; undefined where there is none. */
  batch?(): Promise<() => BatchSigner | undefined>;
  /** Whether that is made already. */
  readonly hasBatch?: boolean;
}

/** Makes signatures of one key, many at a time. */
export interface BatchSigner {
  /** Takes up data to be signed, which is not looked at after that. */
  add(data: Uint8Array): void;
  /**
   * The signatures over what was taken up since the last call, one after the other in its order.
   * @throws ZonewrightError `sign/arithmetic` where one of them would be wrong
   */
  finish(): Uint8Array;
}

/** What a signer is made from: a plain object that passes from thread to thread as it is. */
export type PrivateKeyMaterial = SoftwareKey | TokenKey;

/** A key whose secret is at hand. */
export interface SoftwareKey {
  readonly kind: 'software';
  readonly algorithm: number;
  readonly jwk: PrivateJwk;
  /** Where it was read, for messages. */
  readonly file?: string;
}

/** A key that stays in an HSM. */
export interface TokenKey {
  readonly kind: 'token';
  readonly algorithm: number;
  /** What finds it there (RFC 7512), without a PIN. */
  readonly uri: string;
  /** The Public Key field of its DNSKEY record. */
  readonly publicKey: Uint8Array;
  readonly file?: string;
}

export interface SignerOptions {
  /** ECDSA nonces after RFC 6979, so that the same data has the same signature. The other algorithms are like that anyway. */
  readonly deterministic?: boolean;
}

export interface GeneratedKey {
  /** The Public Key field of the DNSKEY record. */
  readonly publicKey: Uint8Array;
  readonly privateKey: SoftwareKey;
}

/** Cryptography, as the core asks for it. */
export interface Crypto {
  digest(algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array;
  createDigest(algorithm: DigestAlgorithm): IncrementalDigest;
  /** A verifier for the Public Key field of a DNSKEY; undefined where the algorithm is not supported or the key is malformed. */
  importPublicKey(algorithm: number, publicKey: Uint8Array): Verifier | undefined;
  /** @throws ZonewrightError `key/damaged` where the material is no key of its algorithm. */
  importPrivateKey(key: PrivateKeyMaterial, options?: SignerOptions): Promise<Signer>;
  /** Makes a key pair. `bits` is the size of the modulus, for RSA alone. */
  generate(algorithm: number, bits: number | undefined): Promise<GeneratedKey>;
  /** The private key in PKCS #8, SEC 1 or PKCS #1 (DER); undefined where there is none of a kind that DNSSEC has. */
  readPrivateKey(der: Uint8Array): Promise<PrivateJwk | undefined>;
  /** The private key whose secret scalar or seed this is, for ECDSA and EdDSA. @throws ZonewrightError `key/damaged` */
  privateKeyOfSecret(algorithm: number, secret: Uint8Array): Promise<PrivateJwk>;
  /** A private key as PKCS #8 (DER). */
  writePrivateKey(key: PrivateJwk): Promise<Uint8Array>;
  randomBytes(length: number): Uint8Array;
}
