import type { Crypto, PrivateKeyMaterial, Signer, SignerOptions } from '../dnssec/crypto.ts';
import type { Key } from './key.ts';

/** Where keys come from: a directory of files, an HSM. */
export interface KeySource {
  /** The keys of a zone, in the order of their base names. */
  listKeys(zone: Uint8Array): Promise<readonly Key[]>;
  /** The key with this base name. */
  findKey(base: string): Promise<Key>;
  /** What a signer for the key is made from. */
  privateKey(key: Key): Promise<PrivateKeyMaterial>;
}

/**
 * The signer of a key.
 * @throws ZonewrightError what `privateKey` and `importPrivateKey` throw
 */
export async function openSigner(
  source: KeySource,
  key: Key,
  crypto: Crypto,
  options?: SignerOptions,
): Promise<Signer> {
  return crypto.importPrivateKey(await source.privateKey(key), options);
}
