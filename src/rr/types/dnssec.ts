import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import { defineType, type TypeTraits } from '../define-type.ts';
import { algorithm, digestType } from '../fields/algorithm.ts';
import { base32Hash, base64Data, deletable, hexData, salt } from '../fields/data.ts';
import { u16, u32, u8 } from '../fields/integer.ts';
import { keyFlags } from '../fields/key-flags.ts';
import { domainName } from '../fields/name.ts';
import { signatureTime } from '../fields/time.ts';
import { typeBitmap, typeCode } from '../fields/type.ts';

const digest = hexData('Digest');
const publicKey = base64Data('Public Key');
const ds = [u16('Key Tag'), algorithm('Algorithm'), digestType('Digest Type')];
const dnskey = [keyFlags('Flags'), u8('Protocol'), algorithm('Algorithm')];

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

const nsec = [domainName('Next Domain Name'), typeBitmap('Type Bit Maps')];

const nsec3param = [u8('Hash Algorithm'), u8('Flags'), u16('Iterations'), salt('Salt')];
const nsec3 = [
  ...nsec3param,
  base32Hash('Next Hashed Owner Name'),
  typeBitmap('Type Bit Maps', { mayBeEmpty: true }),
];

const zonemd = [u32('Serial'), u8('Scheme'), u8('Hash Algorithm'), hexData('Digest', { minimum: 12 })];
const csync = [u32('SOA Serial'), u16('Flags'), typeBitmap('Type Bit Map', { mayBeEmpty: true })];
const key = [keyFlags('flags'), u8('protocol'), algorithm('algorithm'), base64Data('public key')];
const rkey = [u16('Flags'), u8('Protocol'), algorithm('Algorithm'), publicKey];

/** Octets of the digests by DS digest type, where everybody agrees on them: SHA-1, SHA-256, SHA-384. */
const DS_DIGEST_LENGTHS: readonly (number | undefined)[] = [undefined, 20, 32, undefined, 48];
/** Octets of the digests by ZONEMD hash algorithm: SHA-384, SHA-512. */
const ZONEMD_DIGEST_LENGTHS: readonly (number | undefined)[] = [undefined, 48, 64];
const ZONEMD_SIMPLE = 1;
const PRIVATEDNS = 253;
const PRIVATEOID = 254;
const OBJECT_IDENTIFIER = 6;

const dsTraits: TypeTraits = { check: checkDsDigest };
const keyTraits: TypeTraits = { check: checkPrivateKey };
const obsolete = true;

/** DNSSEC, its predecessors, and what goes with it. */
export const dnssecTypes = [
  defineType('DS', 'RFC 4034 section 5', [...ds, digest], dsTraits),
  defineType('RRSIG', 'RFC 4034 section 3', rrsig, { lowerCaseNames: true }),
  // Its next name keeps its case in canonical form (RFC 6840 section 5.1).
  defineType('NSEC', 'RFC 4034 section 4', nsec),
  defineType('DNSKEY', 'RFC 4034 section 2', [...dnskey, publicKey], keyTraits),
  defineType('NSEC3', 'RFC 5155 section 3', nsec3),
  defineType('NSEC3PARAM', 'RFC 5155 section 4', nsec3param),
  defineType('CDS', 'RFC 7344 section 3.1', [...ds, deletable(digest)], dsTraits),
  defineType('CDNSKEY', 'RFC 7344 section 3.2', [...dnskey, deletable(publicKey)], keyTraits),
  defineType('CSYNC', 'RFC 7477 section 2.1', csync),
  defineType('ZONEMD', 'RFC 8976 section 2', zonemd, { check: checkZonemdDigest }),
  defineType('SIG', 'RFC 2535 section 4', rrsig, { lowerCaseNames: true, obsolete }),
  defineType('KEY', 'RFC 2535 section 3', key, { ...keyTraits, obsolete }),
  defineType('DLV', 'RFC 4431 section 2', [...ds, digest], { ...dsTraits, obsolete }),
  defineType('TA', 'Deploying DNSSEC Without a Signed Root (S. Weiler, 2004)', [...ds, digest], {
    ...dsTraits,
    obsolete,
  }),
  defineType('RKEY', 'draft-reid-dnsext-rkey-00', rkey, { check: checkRkey, obsolete }),
  defineType(
    'TALINK',
    'draft-wijngaards-dnsop-trust-history-02',
    [domainName('PREVIOUS'), domainName('NEXT')],
    { obsolete },
  ),
];

function checkDsDigest(rdata: Cursor): void {
  rdata.skip(3);
  checkLength(DS_DIGEST_LENGTHS[rdata.u8()], rdata.remaining);
}

function checkZonemdDigest(rdata: Cursor): void {
  rdata.skip(4);
  const scheme = rdata.u8();
  const hashAlgorithm = rdata.u8();
  // Other schemes may cut digests (RFC 8976 appendix A.3 does).
  if (scheme === ZONEMD_SIMPLE) checkLength(ZONEMD_DIGEST_LENGTHS[hashAlgorithm], rdata.remaining);
}

function checkLength(expected: number | undefined, actual: number): void {
  if (expected !== undefined && actual !== expected) {
    throw inputError(
      'rdata/digest-length',
      `this digest algorithm makes ${expected} octets, but ${actual} are given`,
    );
  }
}

/** A key of a private algorithm begins with the name or the object identifier of the algorithm (RFC 4034 appendix A.1.1). */
function checkPrivateKey(rdata: Cursor): void {
  rdata.skip(3);
  const algorithmNumber = rdata.u8();
  if (algorithmNumber === PRIVATEDNS) rdata.name();
  else if (algorithmNumber === PRIVATEOID) {
    const [tag, length, ...octets] = rdata.take(rdata.u8());
    // The last octet of an identifier has its high bit clear.
    if (tag !== OBJECT_IDENTIFIER || length !== octets.length || (octets.at(-1) ?? 0x80) >= 0x80) {
      throw inputError(
        'rdata/private-oid',
        'a key of algorithm 254 begins with an object identifier (RFC 4034 appendix A.1.1)',
      );
    }
  }
}

function checkRkey(rdata: Cursor): void {
  if (rdata.u16() !== 0) throw inputError('rdata/rkey', 'the flags of RKEY are zero');
}
