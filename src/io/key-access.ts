import type { KeyAccess, KeyTokens } from '../keys/key-source.ts';
import { passphraseProvider, type PassphraseSources } from './passphrase.ts';

/** Opens private keys with the passphrase that the sources have, or in the tokens where they are. What it needs is loaded when a key needs it. */
export function keyAccess(sources: PassphraseSources, tokens: KeyTokens): KeyAccess {
  const passphrase = passphraseProvider(sources);
  return {
    encryption: {
      async decrypt(encrypted, file) {
        const { decryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return decryptPrivateKey(encrypted, await passphrase('decrypt'), file);
      },
      async encrypt(key) {
        const { encryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return encryptPrivateKey(key, await passphrase('encrypt'));
      },
    },
    tokens,
  };
}
