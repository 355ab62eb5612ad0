import { inputError } from '../errors.ts';
import { isKeyReference } from '../keys/bind-private-key.ts';
import { keyOfFiles } from '../keys/key-directory.ts';
import type { KeyEncryption } from '../keys/key-source.ts';
import { storePrivateKey } from '../keys/stored-private-key.ts';
import type { Environment } from './environment.ts';
import { locateKey } from './key-files.ts';
import type { KeygenResult } from './keygen.ts';

export interface ProtectOptions {
  /** Any file of the key, or its base name. */
  readonly keyFile: string;
  readonly keyDirectory: string;
  /** Whether the private key shall be encrypted, anew if it is; else it becomes plain. */
  readonly encrypt: boolean;
}

/**
 * Puts the private key of an existing key under a passphrase, under another one, or takes it out.
 * @throws ZonewrightError `key/*`, `file/*`; then the key is as it was
 */
export async function protectKey(
  options: ProtectOptions,
  environment: Pick<Environment, 'files' | 'crypto' | 'keyAccess'>,
): Promise<KeygenResult> {
  const { directory, base } = await locateKey(options, environment);
  const files = await directory.readFiles(base);
  const key = keyOfFiles(base, files);
  if (files.privateKey !== undefined && isKeyReference(files.privateKey)) {
    throw inputError('key/reference', `the private key of ${base} is in an HSM: there is nothing to encrypt`);
  }
  const material = await directory.privateKey(key, environment.keyAccess);
  if (material.kind === 'software') {
    await environment.crypto.importPrivateKey(material);
    const { encryption } = environment.keyAccess;
    const isEncrypted = files.privateKey?.encrypted !== undefined;
    const anew: KeyEncryption = { ...encryption, encrypt: (jwk) => encryption.encrypt(jwk, isEncrypted) };
    const links = (files.privateKey?.fields ?? []).filter(({ name }) =>
      /^(?:Predecessor|Successor)$/i.test(name),
    );
    const privateKey = await storePrivateKey(
      material,
      files.privateKey?.timing ?? {},
      options.encrypt ? anew : undefined,
      links,
    );
    await directory.replacePrivateKey(base, privateKey);
  }
  return { keyDirectory: directory.path, keys: [key] };
}
