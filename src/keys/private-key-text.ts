import { inputError } from '../errors.ts';
import type { SourceFile } from '../zone/parse-zone.ts';

/** Lines of a private key as BIND and PEM have it, and what a JWK has. Any will do, since the first may be damaged. */
const PRIVATE_KEY =
  /^(?:Private-key-format|PrivateKey|PrivateExponent|Prime[12]|Exponent[12]|Coefficient): |^-----(?:BEGIN|END) [A-Z ]*PRIVATE KEY-----|^(?<![^])\s*\{|"kty"\s*:/im;
/** Octets that are searched: the first lines of the longest key. */
const LENGTH = 4096;

/**
 * Refuses to read a private key as a zone: messages quote what they do not understand.
 * @throws ZonewrightError `zone/private-key`
 */
export function refusePrivateKey({ file, bytes }: SourceFile): void {
  if (!PRIVATE_KEY.test(new TextDecoder().decode(bytes.subarray(0, LENGTH)))) return;
  throw inputError('zone/private-key', 'this is a private key, and no zone', {
    location: { file },
    hint: 'name the zone file; what is in the key directory is found by itself',
  });
}
