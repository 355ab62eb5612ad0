import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
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
