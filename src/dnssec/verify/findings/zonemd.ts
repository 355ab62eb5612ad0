import type { FindingKinds } from './kind.ts';

/** About the digest of the zone. */
export const ZONEMD_FINDINGS = {
  'zonemd/serial': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'the serial of the ZONEMD is not that of the SOA',
    cure: 'make the ZONEMD anew',
  },
  'zonemd/duplicate': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'several ZONEMD records have the same scheme and hash algorithm',
    cure: 'leave one ZONEMD of each kind',
  },
  'zonemd/digest': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'the digest of the ZONEMD is not that of the zone',
    cure: 'make the ZONEMD anew',
  },
  'zonemd/unsupported': {
    severity: 'note',
    reference: 'RFC 8976 section 4',
    meaning: 'the scheme or hash algorithm of a ZONEMD is not supported',
    cure: 'use scheme 1 with hash algorithm 1 (SHA-384)',
  },
  'zonemd/unverifiable': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'no ZONEMD has a supported scheme and hash algorithm, so that the zone cannot be verified',
    cure: 'use scheme 1 with hash algorithm 1 (SHA-384)',
  },
} as const satisfies FindingKinds;
