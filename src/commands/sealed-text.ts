import { fromBase64, toBase64 } from '../dns/encoding.ts';
import type { Crypto, Signer } from '../dnssec/crypto.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';

/** A key that signs a text as a whole. */
export interface Seal {
  readonly dnskeyRdata: Uint8Array;
  readonly signer: Signer;
}

const SEAL = /^;; signed by key (\d{1,5}) of algorithm (\d{1,3}): ([A-Za-z0-9+/=]+)$/;

/** Puts a line with a signature over all that stands before it under a text, for each key. */
export function sealText(text: string, seals: readonly Seal[]): string {
  const octets = new TextEncoder().encode(text);
  const lines = seals.map(({ dnskeyRdata, signer }) => {
    const { algorithm } = readDnskey(dnskeyRdata);
    const signature = toBase64(Uint8Array.from(signer.sign(octets)));
    return `;; signed by key ${keyTag(dnskeyRdata)} of algorithm ${algorithm}: ${signature}\n`;
  });
  return text + lines.join('');
}

/** What the lines under a text say: not signed; signed by one of these keys; or not what was signed by them. */
export function checkSeal(
  text: string,
  keys: readonly Uint8Array[],
  crypto: Pick<Crypto, 'importPublicKey'>,
): 'unsigned' | 'good' | 'bad' {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => SEAL.test(line));
  if (first < 0) return 'unsigned';
  const octets = new TextEncoder().encode(`${lines.slice(0, first).join('\n')}\n`);
  const isGood = lines.slice(first).some((line) => {
    const [, tag, algorithm, signature] = SEAL.exec(line) ?? [];
    return keys.some((rdata) => {
      const dnskey = readDnskey(rdata);
      return (
        signature !== undefined &&
        keyTag(rdata) === Number(tag) &&
        dnskey.algorithm === Number(algorithm) &&
        crypto.importPublicKey(dnskey.algorithm, dnskey.publicKey)?.verify(octets, fromBase64(signature)) ===
          true
      );
    });
  });
  return isGood ? 'good' : 'bad';
}
