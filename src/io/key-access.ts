import type { KeyAccess, KeyTokens } from '../keys/key-source.ts';
import { passphraseProvider, type PassphraseSources } from './passphrase.ts';

/**
 * Opens private keys with the passphrase that the sources have, or in the tokens where they are. What it needs is loaded when a key needs it.
 * What a person types is asked for anew where an encrypted key is encrypted again.
 * @param newSources where the passphrase for what is encrypted comes from, if that is to be another one
 */
export function keyAccess(
  sources: PassphraseSources,
  tokens: KeyTokens,
  newSources?: PassphraseSources,
): KeyAccess {
  const passphrase = passphraseProvider(sources);
  const newPassphrase = newSources === undefined ? passphrase : passphraseProvider(newSources);
  const { file, command, value, ask, warn } = sources;
  const isTyped =
    ask !== undefined && [file, command, value, newSources].every((source) => source === undefined);
  const otherPassphrase = isTyped ? passphraseProvider({ ask, warn }) : newPassphrase;
  return {
    encryption: {
      async decrypt(encrypted, file) {
        const { decryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return decryptPrivateKey(encrypted, await passphrase('decrypt'), file);
      },
      async encrypt(key, again = false) {
        const { encryptPrivateKey } = await import('./crypto/encrypted-pkcs8.ts');
        return encryptPrivateKey(key, await (again ? otherPassphrase : newPassphrase)('encrypt'));
      },
    },
    tokens,
  };
}
