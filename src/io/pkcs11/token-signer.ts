import crypto from 'node:crypto';
import { usableAlgorithm } from '../../dnssec/algorithms.ts';
import type { Signer, TokenKey } from '../../dnssec/crypto.ts';
import { internalError } from '../../errors.ts';
import { tokenError, type TokenContext } from './token-errors.ts';
import type { FoundKey } from './token-keys.ts';
import type { Session } from './token-library.ts';

/** Mechanisms (PKCS#11 v3.0). */
const CKM_SHA1_RSA_PKCS = 0x06;
const CKM_SHA256_RSA_PKCS = 0x40;
const CKM_SHA384_RSA_PKCS = 0x41;
const CKM_SHA512_RSA_PKCS = 0x42;
const CKM_ECDSA = 0x1041;
const CKM_EDDSA = 0x1057;

const RSA_MECHANISM = {
  sha1: CKM_SHA1_RSA_PKCS,
  sha256: CKM_SHA256_RSA_PKCS,
  sha384: CKM_SHA384_RSA_PKCS,
  sha512: CKM_SHA512_RSA_PKCS,
} as const;

/** The user of PKCS#11 that asks again for each use of a key: CKU_CONTEXT_SPECIFIC. */
const CONTEXT_SPECIFIC = 2;

/**
 * Signs with a key on a token.
 *
 * It takes the session and not the WebCrypto function above it, which asks the token for all its mechanisms before every signature and is
 * four times slower. For ECDSA the digest is made here: every token knows the bare mechanism, few those with a digest.
 *
 * @param pin for keys that want it at each use (CKA_ALWAYS_AUTHENTICATE)
 */
export function tokenSigner(
  session: Session,
  { object }: FoundKey,
  key: TokenKey,
  pin: string | undefined,
  context: TokenContext,
): Signer {
  const algorithm = usableAlgorithm(key.algorithm);
  if (algorithm === undefined) throw internalError('key/algorithm', `algorithm ${key.algorithm} has no keys`);
  const mechanism =
    algorithm.kind === 'rsa'
      ? RSA_MECHANISM[algorithm.digest]
      : algorithm.kind === 'ecdsa'
        ? CKM_ECDSA
        : CKM_EDDSA;
  const prepare = (data: Uint8Array): Buffer =>
    algorithm.kind === 'ecdsa'
      ? crypto.createHash(algorithm.digest).update(data).digest()
      : Buffer.from(data.buffer, data.byteOffset, data.length);
  const privateKey = object.toType<Parameters<Session['createSign']>[1]>();
  const gate: { login(pin: string, user: number): void } = session;
  const asksEachTime = object.getAttribute({ alwaysAuth: null }).alwaysAuth === true;
  return {
    sign(data) {
      try {
        const operation = session.createSign(mechanism, privateKey);
        if (asksEachTime && pin !== undefined) gate.login(pin, CONTEXT_SPECIFIC);
        return operation.once(prepare(data));
      } catch (error) {
        throw tokenError(error, context);
      }
    },
  };
}
