import { inputError } from '../errors.ts';
import type { KeyAccess, KeyTokens } from '../keys/key-source.ts';
import { passphraseProvider, type PassphraseSources } from './passphrase.ts';

/** Opens private keys with the passphrase that the sources have. What it needs is loaded when a key needs it. */
export function keyAccess(sources: PassphraseSources): KeyAccess {
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
    tokens: noTokens,
  };
}

const noTokens: KeyTokens = {
  open: ({ file }) => refuse(file),
  remove: ({ file }) => refuse(file),
};

async function refuse(file = ''): Promise<never> {
  throw inputError('key/reference', 'this file refers to a key in an HSM or an engine of OpenSSL', {
    location: { file },
    hint: 'such a key comes from another key source: give it with --pkcs11',
  });
}
