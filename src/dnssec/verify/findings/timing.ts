import type { FindingKinds } from './kind.ts';

/** About when the zone as a whole begins or ends to validate. */
export const TIMING_FINDINGS = {
  'timing/clock': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning:
      'the signatures are not valid yet, but soon: the clock of the signer is fast, or the one here slow',
    cure: 'set the clocks, and sign the zone again with an inception in the past',
  },
  'timing/ends-soon': {
    severity: 'warning',
    reference: 'RFC 6781 section 4.4.2',
    meaning: 'if the nightly job stops tonight, the zone fails within three days',
    cure: 'sign the zone again, and watch the job that signs it',
  },
  'timing/soa-expire': {
    severity: 'note',
    reference: 'RFC 6781 section 4.4.2',
    meaning: 'a secondary that loses its primary serves the zone longer than its signatures are valid',
    cure: 'shorten SOA EXPIRE, or sign earlier or for longer',
  },
} as const satisfies FindingKinds;
