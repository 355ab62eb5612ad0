import { createCipheriv, createPrivateKey, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { PrivateJwk } from '../../dnssec/public-key.ts';
import { inputError } from '../../errors.ts';

/** What the OWASP Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256. OpenSSL and Node would take 2048. */
export const PBKDF2_ITERATIONS = 600_000;
const SALT_LENGTH = 16;

/** Object identifiers of RFC 8018 appendix C, RFC 8018 appendix B.1 and NIST's AES. */
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_WITH_SHA256 = '1.2.840.113549.2.9';
const AES256_CBC = '2.16.840.1.101.3.4.1.42';

/** Puts a private key under a passphrase: PKCS #8 with PBES2 of PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 section 6.2). */
export async function encryptPrivateKey(jwk: PrivateJwk, passphrase: string): Promise<Uint8Array> {
  const plain = createPrivateKey({ key: { ...jwk }, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' });
  const salt = randomBytes(SALT_LENGTH);
  const iv = randomBytes(16);
  const key = await promisify(pbkdf2)(passphrase, salt, PBKDF2_ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);

  const keyDerivation = sequence(
    new ObjectIdentifier({ value: PBKDF2 }),
    sequence(
      new OctetString({ valueHex: salt }),
      new Integer({ value: PBKDF2_ITERATIONS }),
      sequence(new ObjectIdentifier({ value: HMAC_WITH_SHA256 }), new Null()),
    ),
  );
  const encryption = sequence(new ObjectIdentifier({ value: AES256_CBC }), new OctetString({ valueHex: iv }));
  const scheme = sequence(new ObjectIdentifier({ value: PBES2 }), sequence(keyDerivation, encryption));
  return new Uint8Array(sequence(scheme, new OctetString({ valueHex: encrypted })).toBER());
}

/**
 * Takes a private key out of encrypted PKCS #8, by any scheme that OpenSSL knows.
 * @throws ZonewrightError `key/passphrase-wrong`, also where the data are damaged: nothing tells one from the other
 */
export function decryptPrivateKey(encrypted: Uint8Array, passphrase: string, file: string): PrivateJwk {
  try {
    const key = createPrivateKey({ key: Buffer.from(encrypted), format: 'der', type: 'pkcs8', passphrase });
    return key.export({ format: 'jwk' }) as PrivateJwk;
  } catch {
    // OpenSSL's own words go no further: nothing about a secret belongs in a message.
    throw inputError('key/passphrase-wrong', 'the passphrase does not open this private key', {
      location: { file },
      hint: 'give the passphrase under which it was encrypted; if it is the right one, the file is damaged',
    });
  }
}

type Value = ObjectIdentifier | OctetString | Integer | Null | Sequence;

function sequence(...value: Value[]): Sequence {
  return new Sequence({ value });
}
