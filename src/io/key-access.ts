import type { KeyAccess, KeyTokens } from '../keys/key-source.ts';
import { passphraseProvider, type PassphraseSources } from './passphrase.ts';

/**
 * Opens private keys with the passphrase that the sources have, or in the tokens where they are. What it needs is loaded when a key needs it.
 * @param newSources where the passphrase for what is encrypted comes from, if that is to be another one
 */
export function keyAccess(
  sources: PassphraseSources,
  tokens: KeyTokens,
  newSources?: PassphraseSources,
): KeyAccess {
  const passphrase = passphraseProvider(sources);
  const newPassphrase = newSources === undefined ? passphrase : passphraseProvider(newSources);
  return {
    encryption: {
      async decrypt(encrypted, file) {
        const { decryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return decryptPrivateKey(encrypted, await passphrase('decrypt'), file);
      },
      async encrypt(key) {
        const { encryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return encryptPrivateKey(key, await newPassphrase('encrypt'));
      },
    },
    tokens,
  };
}
