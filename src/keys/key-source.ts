import type { Crypto, PrivateKeyMaterial, Signer, SignerOptions, TokenKey } from '../dnssec/crypto.ts';
import type { PrivateJwk } from '../dnssec/public-key.ts';
import type { Key } from './key.ts';

/**
 * What opens private halves that do not stand in plain in their `.private` file. Nothing is loaded, asked or unlocked before one of them
 * is needed.
 */
export interface KeyAccess {
  readonly encryption: KeyEncryption;
  readonly tokens: KeyTokens;
}

/** Private keys under a passphrase: EncryptedPrivateKeyInfo in DER (RFC 5958 section 3). */
export interface KeyEncryption {
  /**
   * @param file where it was read, for messages
   * @throws ZonewrightError `key/passphrase-missing`, `key/passphrase-wrong`, `key/damaged`
   */
  decrypt(encrypted: Uint8Array, file: string): Promise<PrivateJwk>;
  /**
   * @param again whether the key was encrypted before: then a person is asked for another passphrase
   * @throws ZonewrightError `key/passphrase-missing`
   */
  encrypt(key: PrivateJwk, again?: boolean): Promise<Uint8Array>;
}

/** Keys in HSMs, by what their `.private` files say of them. */
export interface KeyTokens {
  /**
   * Makes sure that the key is there and belongs to its public key.
   * @throws ZonewrightError `key/token-*`
   */
  open(key: TokenKey): Promise<TokenKey>;
  /**
   * The key that a PKCS#11 URI leads to; undefined where its token has none.
   * @throws ZonewrightError `key/token-*`, `usage/pkcs11-uri`
   */
  find(uri: string, algorithm: number): Promise<TokenKey | undefined>;
  /**
   * Makes a key pair that never leaves the token of a PKCS#11 URI. Its label is that of the URI, else `label`.
   * @param bits size of the modulus, for RSA alone
   */
  generate(uri: string, algorithm: number, bits: number | undefined, label: string): Promise<TokenKey>;
  /** Deletes both halves of a key that `generate` made; they may be gone already. False for a key that somebody else made: it stays. */
  remove(key: Pick<TokenKey, 'uri' | 'file'>): Promise<boolean>;
  /** Ends all sessions. */
  close(): Promise<void>;
}

/** Where keys come from: a directory of files, whose secrets may be elsewhere. */
export interface KeySource {
  /** The keys of a zone, in the order of their base names. */
  listKeys(zone: Uint8Array): Promise<readonly Key[]>;
  /** The key with this base name. */
  findKey(base: string): Promise<Key>;
  /** What a signer for the key is made from. */
  privateKey(key: Key, access: KeyAccess): Promise<PrivateKeyMaterial>;
}

/**
 * The signer of a key.
 * @throws ZonewrightError what `privateKey` and `importPrivateKey` throw
 */
export async function openSigner(
  source: KeySource,
  key: Key,
  { crypto, keyAccess }: { readonly crypto: Crypto; readonly keyAccess: KeyAccess },
  options?: SignerOptions,
): Promise<Signer> {
  return crypto.importPrivateKey(await source.privateKey(key, keyAccess), options);
}
