/** Codes that no zone file can bring about by itself. */
export interface Unmeasured {
  readonly codes: readonly string[];
  /** What it takes beside a zone file. */
  readonly needs: string;
  /** Where they are tested. */
  readonly tests: readonly string[];
}

/** Every code that has no row among the damages, with the reason. */
export const UNMEASURED: readonly Unmeasured[] = [
  {
    codes: [
      'ds/no-match',
      'ds/unmatched',
      'ds/revoked',
      'ds/not-sep',
      'ds/nothing-supported',
      'ds/no-sha256',
    ],
    needs: 'the DS records of the parent (`--ds`), which of the peers `ldns-verify-zone -k` alone takes',
    tests: [
      'test/commands/verify.test.ts',
      'test/dnssec/verify/every-code.test.ts',
      'test/dnssec/verify/key-findings.test.ts',
    ],
  },
  {
    codes: ['anchor/no-match', 'anchor/unmatched'],
    needs: 'trust anchors (`--trust-anchor`)',
    tests: ['test/commands/verify.test.ts'],
  },
  {
    codes: ['rrsig/expires-soon'],
    needs: 'what validity is asked for (`--min-validity`)',
    tests: ['test/commands/verify.test.ts'],
  },
  {
    codes: ['zone/ttl-too-large'],
    needs: 'the largest TTL that is allowed (`sign --max-ttl`)',
    tests: ['test/commands/sign.test.ts'],
  },
  {
    codes: ['cache/old-keys', 'cache/old-data', 'cache/ds', 'cache/serial', 'cache/previous-bogus'],
    needs: 'an earlier version of the zone (`--previous`)',
    tests: ['test/commands/verify-previous.test.ts'],
  },
  {
    codes: [
      'state/unrecorded',
      'state/key-not-published',
      'state/key-published',
      'state/foreign-key',
      'state/key-does-not-sign',
      'state/retired-key-signs',
      'state/outlives-plan',
      'state/no-private-key',
      'state/spare-key',
    ],
    needs: 'the rotation state and the key directory (`--state`)',
    tests: ['test/cli/verify-state.test.ts'],
  },
];
