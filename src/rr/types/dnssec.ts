import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import { defineType } from '../define-type.ts';
import { algorithm, digestType } from '../fields/algorithm.ts';
import { base32Hash, base64Data, hexData, salt } from '../fields/data.ts';
import { u16, u32, u8 } from '../fields/integer.ts';
import { domainName } from '../fields/name.ts';
import { signatureTime } from '../fields/time.ts';
import { typeBitmap, typeCode } from '../fields/type.ts';
import { type TypeTraits } from '../define-type.ts';

const ds = [u16('Key Tag'), algorithm('Algorithm'), digestType('Digest Type'), hexData('Digest')];
const dnskey = [u16('Flags'), u8('Protocol'), algorithm('Algorithm'), base64Data('Public Key')];

const rrsig = [
  typeCode('Type Covered'),
  algorithm('Algorithm'),
  u8('Labels'),
  u32('Original TTL'),
  signatureTime('Signature Expiration'),
  signatureTime('Signature Inception'),
  u16('Key Tag'),
  domainName("Signer's Name"),
  base64Data('Signature'),
];

const nsec3 = [
  u8('Hash Algorithm'),
  u8('Flags'),
  u16('Iterations'),
  salt('Salt'),
  base32Hash('Next Hashed Owner Name'),
  typeBitmap('Type Bit Maps', { mayBeEmpty: true }),
];

const zonemd = [u32('Serial'), u8('Scheme'), u8('Hash Algorithm'), hexData('Digest')];

/** Octets of the digests with a known algorithm: DS digest types, then ZONEMD hash algorithms. */
const DS_DIGEST_LENGTHS: readonly (number | undefined)[] = [undefined, 20, 32, 32, 48];
const ZONEMD_DIGEST_LENGTHS: readonly (number | undefined)[] = [undefined, 48, 64];

function checkDigest(rdata: Cursor, typeOffset: number, lengths: readonly (number | undefined)[]): void {
  const length = rdata.remaining - typeOffset - 1;
  const expected = lengths[rdata.bytes[rdata.position + typeOffset]!];
  if (expected !== undefined && length !== expected) {
    throw inputError(
      'rdata/digest-length',
      `this digest algorithm makes ${expected} octets, but ${length} are given`,
    );
  }
}

const dsTraits: TypeTraits = { check: (rdata) => checkDigest(rdata, 3, DS_DIGEST_LENGTHS) };

/** DNSSEC and what secures whole zones. */
export const dnssecTypes = [
  defineType('DS', 'RFC 4034 section 5', ds, dsTraits),
  defineType('RRSIG', 'RFC 4034 section 3', rrsig, { lowerCaseNames: true }),
  defineType('NSEC', 'RFC 4034 section 4', [domainName('Next Domain Name'), typeBitmap('Type Bit Maps')]),
  defineType('DNSKEY', 'RFC 4034 section 2', dnskey),
  defineType('NSEC3', 'RFC 5155 section 3', nsec3),
  defineType('NSEC3PARAM', 'RFC 5155 section 4', nsec3.slice(0, 4)),
  defineType('CDS', 'RFC 7344 section 3.1', ds, dsTraits),
  defineType('CDNSKEY', 'RFC 7344 section 3.2', dnskey),
  defineType('ZONEMD', 'RFC 8976 section 2', zonemd, {
    check: (rdata) => checkDigest(rdata, 5, ZONEMD_DIGEST_LENGTHS),
  }),
  defineType('DLV', 'RFC 4431 section 2', ds, { ...dsTraits, obsolete: true }),
  defineType('TA', 'DNSSEC Trust Authorities (S. Weiler, 2005)', ds, { ...dsTraits, obsolete: true }),
];
