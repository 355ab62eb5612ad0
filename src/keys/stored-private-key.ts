import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
import type { BindField } from './bind-lines.ts';
import { fieldsOfPrivateKey, type BindPrivateKey } from './bind-private-key.ts';
import { fieldsOfReference } from './key-reference.ts';
import type { KeyEncryption } from './key-source.ts';
import type { KeyTiming } from './timing.ts';

/** How the secret lies in a `.private` file: as text, under a passphrase, or in an HSM that the file refers to. */
export type PrivateKeyStorage = 'plain' | 'encrypted' | 'reference';

/** How the secret lies in a `.private` file, damaged or not. */
export function storageOfPrivateKey(text: string): PrivateKeyStorage {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return 'encrypted';
  return /^(?:engine|label)\s*:/im.test(text) ? 'reference' : 'plain';
}

/**
 * A `.private` file with this secret, or with the reference to it where it stays in an HSM.
 * @param encryption puts it under a passphrase; without it, it is plain
 * @param more further fields, such as the tag of a predecessor
 */
export async function storePrivateKey(
  key: PrivateKeyMaterial,
  timing: KeyTiming,
  encryption: KeyEncryption | undefined,
  more: readonly BindField[] = [],
): Promise<BindPrivateKey> {
  const { algorithm } = key;
  if (key.kind === 'token') return { algorithm, fields: [...fieldsOfReference(key), ...more], timing };
  if (encryption === undefined) {
    return { algorithm, fields: [...fieldsOfPrivateKey(key), ...more], timing };
  }
  return { algorithm, fields: more, timing, encrypted: await encryption.encrypt(key.jwk) };
}
