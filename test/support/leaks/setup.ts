import type crypto from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, afterEach } from '@jest/globals';
import { noteError, noteJwk, noteSecretWord } from './record.ts';

// By `require`: an `import` would fix the names that the program imports before they are replaced.
const shared = createRequire(import.meta.url)('node:crypto') as typeof crypto;

// Every software key of the program goes through these functions, and so does every passphrase. Test files share them.
const { createPrivateKey, pbkdf2 } = shared;
shared.createPrivateKey = (input) => {
  if (typeof input === 'object' && 'passphrase' in input) noteSecretWord(input.passphrase?.toString());
  const key: KeyObject = createPrivateKey(input);
  noteJwk(jwkOf(key));
  return key;
};
shared.pbkdf2 = (password, ...rest) => {
  if (typeof password === 'string') noteSecretWord(password);
  pbkdf2(password, ...rest);
};

afterAll(() => {
  Object.assign(shared, { createPrivateKey, pbkdf2 });
});

/** Keys of other algorithms than ours have no JWK. */
function jwkOf(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: 'jwk' });
  } catch {
    return {};
  }
}

/** Errors are complete when the test is over: a constructor has not yet run when it calls that of Error. */
const made: Error[] = [];
const constructError = (
  target: ErrorConstructor,
  args: unknown[],
  newTarget: { readonly name: string },
): Error => {
  const error = Reflect.construct(target, args, newTarget as ErrorConstructor) as Error;
  Error.captureStackTrace(error, constructError);
  if (newTarget.name === 'ZonewrightError') made.push(error);
  return error;
};
globalThis.Error = new Proxy(globalThis.Error, { construct: constructError });

afterEach(() => {
  for (const error of made.splice(0)) noteError(error);
});
