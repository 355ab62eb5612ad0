import { toBase64 } from '../dns/encoding.ts';
import type { TokenKey } from '../dnssec/crypto.ts';
import { readRsaPublicKey } from '../dnssec/public-key.ts';
import { usableAlgorithm } from '../dnssec/algorithms.ts';
import type { BindField } from './bind-lines.ts';

/** The engine of OpenSSL through which BIND 9.16 to 9.20 reach a token. */
const ENGINE = 'pkcs11';

/**
 * The fields of a `.private` file that refers to a key in an HSM, as `dnssec-keyfromlabel -E pkcs11` writes them: for RSA the public part, then
 * engine and label in base64, each with a zero octet behind it.
 */
export function fieldsOfReference({ algorithm, uri, publicKey }: TokenKey): BindField[] {
  const rsa = usableAlgorithm(algorithm)?.kind === 'rsa' ? readRsaPublicKey(publicKey) : undefined;
  const text = (value: string): string => toBase64(new TextEncoder().encode(`${value}\0`));
  return [
    ...(rsa === undefined
      ? []
      : [
          { name: 'Modulus', value: toBase64(rsa.modulus) },
          { name: 'PublicExponent', value: toBase64(rsa.exponent) },
        ]),
    { name: 'Engine', value: text(ENGINE) },
    { name: 'Label', value: text(uri) },
  ];
}
