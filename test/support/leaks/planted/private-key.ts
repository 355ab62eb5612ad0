import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

/** A private key of the run as the setup sees them, and its secret. */
export function plantedSecret(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  return Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d!, 'base64url');
}
