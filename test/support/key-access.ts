import { internalError } from '../../src/errors.ts';
import type { KeyAccess } from '../../src/keys/key-source.ts';

async function refuse(): Promise<never> {
  throw internalError('test/key-access', 'only plain keys are in this test');
}

/** For tests whose private keys all lie in plain in their files. */
export const PLAIN_KEYS_ONLY: KeyAccess = {
  encryption: { encrypt: refuse, decrypt: refuse },
  tokens: { open: refuse, find: refuse, generate: refuse, remove: refuse, close: refuse },
};
