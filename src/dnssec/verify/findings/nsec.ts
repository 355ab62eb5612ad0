import { SIGN_AGAIN, type FindingKinds } from './kind.ts';

/** About the denial of existence as such, and by NSEC. */
export const NSEC_FINDINGS = {
  'denial/none': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the zone has neither an NSEC nor an NSEC3 chain',
    cure: SIGN_AGAIN,
  },
  'denial/mixed': {
    severity: 'warning',
    reference: 'RFC 5155 section 10.4',
    meaning: 'the zone has both NSEC and NSEC3 records, as during a transition',
    cure: 'finish the transition: leave one kind',
  },
  'nsec/missing': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the name has no NSEC record',
    cure: SIGN_AGAIN,
  },
  'nsec/multiple': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the name has more than one NSEC record',
    cure: SIGN_AGAIN,
  },
  'nsec/next': {
    severity: 'error',
    reference: 'RFC 4034 section 4.1.1',
    meaning: 'the NSEC record does not point to the next name of the zone',
    cure: SIGN_AGAIN,
  },
  'nsec/bitmap': {
    severity: 'error',
    reference: 'RFC 4034 section 4.1.2',
    meaning: 'the Type Bit Maps field of the NSEC record does not list the types of its owner',
    cure: SIGN_AGAIN,
  },
  'nsec/occluded': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC record is below a delegation or a DNAME',
    cure: 'remove the record and sign the zone again',
  },
  'nsec/no-data': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC record is at a name that has no other data',
    cure: 'remove the record and sign the zone again',
  },
  'nsec/out-of-zone': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC or NSEC3 record is outside of the zone',
    cure: 'remove the record',
  },
  'nsec/ttl': {
    severity: 'warning',
    reference: 'RFC 9077 section 3.1',
    meaning: 'the TTL of the NSEC record is not the smaller of SOA minimum and SOA TTL',
    cure: SIGN_AGAIN,
  },
} as const satisfies FindingKinds;
