import type { FindingKinds } from './kind.ts';

/** About what the zone asks of its parent. */
export const CDS_FINDINGS = {
  'cds/no-match': {
    severity: 'error',
    reference: 'RFC 7344 section 4.1',
    meaning:
      'a parent that follows these records breaks the zone: none of this algorithm stands for a signing key',
    cure: 'publish the CDS and CDNSKEY of the keys that sign the DNSKEY RRset',
  },
  'cds/unmatched': {
    severity: 'note',
    reference: 'RFC 7344 section 4.1',
    meaning: 'the record stands for no key that signs the DNSKEY RRset, but another one does',
    cure: 'remove the record unless a rollover needs it',
  },
  'cds/disagree': {
    severity: 'error',
    reference: 'RFC 7344 section 4',
    meaning: 'CDS and CDNSKEY do not stand for the same keys',
    cure: 'publish both for the same keys',
  },
  'cds/one-kind': {
    severity: 'note',
    reference: 'RFC 7344 section 4',
    meaning: 'the zone has CDS or CDNSKEY, but not both, and parents may look at the other',
    cure: 'publish both, unless it is known which one the parent looks at',
  },
  'cds/not-sep': {
    severity: 'note',
    reference: 'RFC 4034 section 2.1.1',
    meaning: 'the record stands for a key without the SEP flag',
    cure: 'set the SEP flag on keys that the parent shall point to',
  },
  'cds/signer': {
    severity: 'error',
    reference: 'RFC 7344 section 4.1',
    meaning: 'the RRset is not signed by a key that the parent points to, so that the parent must ignore it',
    cure: 'sign the RRset with the KSK',
  },
  'cds/delete': {
    severity: 'error',
    reference: 'RFC 8078 section 4',
    meaning: 'a delete request must be the only record and have the fixed form',
    cure: 'publish "CDS 0 0 0 00" and "CDNSKEY 0 3 0 AA==" alone, or remove them',
  },
  'cds/delete-request': {
    severity: 'note',
    reference: 'RFC 8078 section 4',
    meaning: 'the zone asks its parent to remove all DS records',
    cure: 'remove the record if the zone shall stay secure',
  },
  'cds/unsupported': {
    severity: 'note',
    reference: 'RFC 7344 section 3.1',
    meaning: 'the digest type of a CDS is not supported',
    cure: 'use digest type 2 (SHA-256)',
  },
} as const satisfies FindingKinds;
