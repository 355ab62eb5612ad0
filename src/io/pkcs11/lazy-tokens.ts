import type { Crypto, Signer, TokenKey } from '../../dnssec/crypto.ts';
import { usableAlgorithm } from '../../dnssec/algorithms.ts';
import { usageError } from '../../errors.ts';
import type { KeyTokens } from '../../keys/key-source.ts';
import type { Pkcs11Tokens } from './tokens.ts';

/** Tokens, and the signers of their keys. */
export interface SigningTokens extends KeyTokens {
  signer(key: TokenKey): Promise<Signer>;
}

/** The tokens of a run. What knows PKCS#11 is loaded when a key of an HSM is first asked for. */
export function lazyTokens(variables: Readonly<Record<string, string | undefined>>): SigningTokens {
  let loading: Promise<Pkcs11Tokens> | undefined;
  const tokens = (): Promise<Pkcs11Tokens> =>
    (loading ??= import('./tokens.ts').then((module) => new module.Pkcs11Tokens(variables)));
  return {
    open: async (key) => (await tokens()).open(key),
    find: async (...request) => (await tokens()).find(...request),
    generate: async (...request) => (await tokens()).generate(...request),
    remove: async (key) => (await tokens()).remove(key),
    signer: async (key) => (await tokens()).signer(key),
    close: async () => (await loading)?.close(),
  };
}

/** The crypto of a run: software keys as ever, and beside them keys that stay in an HSM. */
export function withTokens(crypto: Crypto, tokens: Pick<SigningTokens, 'signer'>): Crypto {
  return {
    ...crypto,
    async importPrivateKey(key, options) {
      if (key.kind !== 'token') return crypto.importPrivateKey(key, options);
      if (options?.deterministic === true && usableAlgorithm(key.algorithm)?.kind === 'ecdsa') {
        throw usageError('usage/deterministic', 'an HSM makes another ECDSA signature each time', {
          location: key.file === undefined ? undefined : { file: key.file },
          hint: 'sign without --deterministic, or use RSA or Ed25519 keys in the HSM',
        });
      }
      return tokens.signer(key);
    },
  };
}
