import { SIGN_AGAIN, type FindingKinds } from './kind.ts';

/** About the denial of existence by NSEC3. */
export const NSEC3_FINDINGS = {
  'nsec3/no-param': {
    severity: 'error',
    reference: 'RFC 5155 section 4',
    meaning: 'no NSEC3PARAM names a chain of the zone, so that servers cannot use any',
    cure: SIGN_AGAIN,
  },
  'nsec3/param-without-chain': {
    severity: 'error',
    reference: 'RFC 5155 section 4',
    meaning: 'an NSEC3PARAM names a chain that the zone does not have',
    cure: SIGN_AGAIN,
  },
  'nsec3/param-flags': {
    severity: 'warning',
    reference: 'RFC 5155 section 4.1.2',
    meaning: 'the Flags field of an NSEC3PARAM is not zero, so that servers may ignore it',
    cure: SIGN_AGAIN,
  },
  'nsec3/extra-chain': {
    severity: 'warning',
    reference: 'RFC 5155 section 7.1',
    meaning: 'NSEC3 records have parameters that no NSEC3PARAM names',
    cure: 'remove the records',
  },
  'nsec3/hash-algorithm': {
    severity: 'error',
    reference: 'RFC 5155 section 8.1',
    meaning: 'the hash algorithm of an NSEC3 chain is not SHA-1, and validators ignore the chain',
    cure: 'sign the zone again with NSEC, or NSEC3 and hash algorithm 1',
  },
  'nsec3/owner': {
    severity: 'error',
    reference: 'RFC 5155 section 3',
    meaning: 'the owner of an NSEC3 record is no hash directly below the apex',
    cure: 'remove the record and sign the zone again',
  },
  'nsec3/flags': {
    severity: 'error',
    reference: 'RFC 5155 section 8.2',
    meaning: 'the Flags field of an NSEC3 record has unknown flags, so that validators ignore the record',
    cure: SIGN_AGAIN,
  },
  'nsec3/multiple': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'an owner has several NSEC3 records of one chain',
    cure: SIGN_AGAIN,
  },
  'nsec3/missing': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'the name has no NSEC3 record',
    cure: SIGN_AGAIN,
  },
  'nsec3/opt-out': {
    severity: 'error',
    reference: 'RFC 5155 section 6',
    meaning:
      'an insecure delegation, or a name above it, has no NSEC3 record, but is in a span that does not opt out',
    cure: SIGN_AGAIN,
  },
  'nsec3/opt-out-secure': {
    severity: 'error',
    reference: 'RFC 5155 section 6',
    meaning: 'a secure delegation is in an opt-out span, so that anybody can make it insecure',
    cure: SIGN_AGAIN,
  },
  'nsec3/needless-opt-out': {
    severity: 'note',
    reference: 'RFC 9276 section 3.1',
    meaning: 'the NSEC3 chain opts out, though insecure delegations are not the most of the zone',
    cure: 'sign the zone again without opt-out',
  },
  'nsec3/orphan': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'the NSEC3 record belongs to no name of the zone',
    cure: SIGN_AGAIN,
  },
  'nsec3/next': {
    severity: 'error',
    reference: 'RFC 5155 section 3.1.7',
    meaning: 'the NSEC3 record does not point to the next hash of the chain',
    cure: SIGN_AGAIN,
  },
  'nsec3/bitmap': {
    severity: 'error',
    reference: 'RFC 5155 section 3.1.8',
    meaning: 'the Type Bit Maps field of the NSEC3 record does not list the types of its name',
    cure: SIGN_AGAIN,
  },
  'nsec3/iterations': {
    severity: 'warning',
    reference: 'RFC 9276 section 3.1',
    meaning: 'the NSEC3 chain has additional iterations, which help nobody and which validators may refuse',
    cure: 'sign the zone again with 0 iterations',
  },
  'nsec3/iterations-excessive': {
    severity: 'error',
    reference: 'RFC 9276 section 3.2',
    meaning:
      'the NSEC3 chain has so many iterations that validators answer as if the zone were unsigned, or not at all',
    cure: 'sign the zone again with 0 iterations',
  },
  'nsec3/salt': {
    severity: 'warning',
    reference: 'RFC 9276 section 3.1',
    meaning: 'the NSEC3 chain has a salt, which helps nobody',
    cure: 'sign the zone again without a salt',
  },
  'nsec3/ttl': {
    severity: 'warning',
    reference: 'RFC 9077 section 3.1',
    meaning: 'the TTL of the NSEC3 record is not the smaller of SOA minimum and SOA TTL',
    cure: SIGN_AGAIN,
  },
} as const satisfies FindingKinds;
