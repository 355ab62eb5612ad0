import type { FindingKinds } from './kind.ts';

/** About this version of the zone after an earlier one. */
export const CACHE_FINDINGS = {
  'cache/old-keys': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1',
    meaning: 'a resolver that still holds the DNSKEY RRset of the previous version cannot validate this one',
    cure: 'publish the new DNSKEY beside the old ones first, and sign with it later',
  },
  'cache/old-data': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1',
    meaning:
      'a resolver that still holds RRsets of the previous version cannot validate them with the DNSKEY RRset of this one',
    cure: 'leave the old DNSKEY in the zone until its signatures have left all caches',
  },
  'cache/ds': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1.2',
    meaning: 'a resolver that holds the DS RRset of the previous version cannot validate this one',
    cure: 'keep a key that the DS stands for signing the DNSKEY RRset until the parent has the DS of the new one',
  },
  'cache/serial': {
    severity: 'warning',
    reference: 'RFC 1982 section 3',
    meaning:
      'the serial is not greater than that of the previous version, so that secondaries do not fetch this one',
    cure: 'increase the serial',
  },
  'cache/previous-bogus': {
    severity: 'warning',
    reference: 'RFC 4035 section 5',
    meaning:
      'the previous version is bogus with these DS records itself: only what this version adds to that is reported',
    cure: 'verify the previous version',
  },
} as const satisfies FindingKinds;
