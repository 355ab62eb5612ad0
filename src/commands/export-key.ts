import { algorithmLabel, usableAlgorithm } from '../dnssec/algorithms.ts';
import type { SoftwareKey } from '../dnssec/crypto.ts';
import { inputError, internalError } from '../errors.ts';
import { fieldsOfPrivateKey, printBindPrivateKey } from '../keys/bind-private-key.ts';
import type { Key } from '../keys/key.ts';
import { printPem } from '../keys/pem.ts';
import { storePrivateKey } from '../keys/stored-private-key.ts';
import type { Environment } from './environment.ts';
import type { ExportFormat } from './export-formats.ts';
import { locateKey, openPrivateKey } from './key-files.ts';

export interface ExportOptions {
  /** Any file of the key, or its base name; without a directory it is looked for here, then in the key directory. */
  readonly keyFile: string;
  readonly keyDirectory: string;
  readonly format: ExportFormat;
  /** Whether it comes out under a passphrase. */
  readonly encrypt?: boolean | undefined;
}

/**
 * The private key in a form for other programs.
 * @throws ZonewrightError `key/*`; `export/*` for what cannot leave
 */
export async function exportKey(
  options: ExportOptions,
  environment: Pick<Environment, 'files' | 'crypto' | 'keyAccess' | 'warn'>,
): Promise<string> {
  const { directory, base } = await locateKey(options, environment);
  const key = await directory.findKey(base);
  const material = await openPrivateKey(directory, key, environment);
  if (material.kind === 'token') {
    throw inputError('export/token', `the private key of ${base} never leaves its HSM`);
  }
  // Notices halves that do not belong together.
  await environment.crypto.importPrivateKey(material);
  return print(key, material, options, environment);
}

async function print(
  key: Key,
  material: SoftwareKey,
  { format, encrypt = false }: ExportOptions,
  { crypto, keyAccess }: Pick<Environment, 'crypto' | 'keyAccess'>,
): Promise<string> {
  const { encryption } = keyAccess;
  switch (format) {
    case 'pem':
      return encrypt
        ? printPem({ label: 'ENCRYPTED PRIVATE KEY', der: await encryption.encrypt(material.jwk) })
        : printPem({ label: 'PRIVATE KEY', der: await crypto.writePrivateKey(material.jwk) });
    case 'bind':
      return printBindPrivateKey(
        encrypt
          ? await storePrivateKey(material, key.timing, encryption)
          : { algorithm: key.algorithm, fields: fieldsOfPrivateKey(material), timing: key.timing },
      );
    case 'jwk':
      if (encrypt) {
        throw inputError('export/encrypted-jwk', 'a JWK has no encrypted form here', {
          hint: 'export it as pem or bind',
        });
      }
      return `${JSON.stringify({ ...material.jwk, alg: algOf(key.algorithm), use: 'sig', kid: key.base })}\n`;
  }
}

/** RFC 7518 section 3.1, RFC 8037 section 3.1. */
function algOf(number: number): string {
  const algorithm = usableAlgorithm(number);
  switch (algorithm?.kind) {
    case 'rsa':
      return `RS${algorithm.digest.slice(3)}`;
    case 'ecdsa':
      return `ES${algorithm.digest.slice(3)}`;
    case 'eddsa':
      return 'EdDSA';
    case undefined:
      throw internalError('key/algorithm', `${algorithmLabel(number)} has no keys`);
  }
}
