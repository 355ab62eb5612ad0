import { toBase64 } from '../dns/encoding.ts';
import type { TokenKey } from '../dnssec/crypto.ts';
import { readRsaPublicKey } from '../dnssec/public-key.ts';
import { usableAlgorithm } from '../dnssec/algorithms.ts';
import type { BindField } from './bind-lines.ts';

/**
 * The fields of a `.private` file that refers to a key in an HSM, as `dnssec-keyfromlabel` of BIND 9.20 writes them: for RSA the public part, then
 * the label in base64 with a zero octet behind it. With `Engine` before it, as BIND 9.18 has it, BIND that was built without engines reads no such file.
 */
export function fieldsOfReference({ algorithm, uri, publicKey }: TokenKey): BindField[] {
  const rsa = usableAlgorithm(algorithm)?.kind === 'rsa' ? readRsaPublicKey(publicKey) : undefined;
  return [
    ...(rsa === undefined
      ? []
      : [
          { name: 'Modulus', value: toBase64(rsa.modulus) },
          { name: 'PublicExponent', value: toBase64(rsa.exponent) },
        ]),
    { name: 'Label', value: toBase64(new TextEncoder().encode(`${uri}\0`)) },
  ];
}
