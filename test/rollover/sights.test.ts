import { describe, expect, test } from '@jest/globals';
import { withAllServing, withDsSetsSeen } from '../../src/rollover/facts.ts';
import type { ParentVersion, Publication } from '../../src/rollover/ledger.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import type { DsRecord, DsSet } from '../../src/rollover/validation.ts';

const OLD: DsRecord = { algorithm: 13, digestType: 2, key: '257 3 13 old' };
const NEW: DsRecord = { algorithm: 13, digestType: 2, key: '257 3 13 new' };
const NOW = 1000;

function stateWith(
  parent: readonly ParentVersion[],
  publications: readonly Publication[] = [],
): RotationState {
  return { keys: [], ledger: { publications, parent }, rollovers: [], wantedDs: [], audit: [], outbox: [] };
}

function served(...sets: readonly DsSet[]): RotationState {
  return stateWith(sets.map((ds) => ({ ds, since: 0, ttl: 300, propagation: 0, confirmed: false })));
}

const possible = ({ ledger }: RotationState): DsSet[] =>
  ledger.parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => ds);

describe('what servers of the parent serve', () => {
  test('is all that is possible, where every server told', () => {
    const sight = { sets: [[OLD], [OLD, NEW]], isComplete: true, ttl: 60 };
    const state = withDsSetsSeen(served([OLD], [NEW], []), sight, DEFAULT_POLICY, NOW);
    expect(possible(state)).toEqual([[OLD], [OLD, NEW]]);
    expect(state.ledger.parent.filter(({ replaced }) => replaced === NOW)).toHaveLength(2);
  });

  test('is possible too, where some did not tell: nothing ends', () => {
    const sight = { sets: [[OLD, NEW]], isComplete: false, ttl: 60 };
    const state = withDsSetsSeen(served([OLD], []), sight, DEFAULT_POLICY, NOW);
    expect(possible(state)).toEqual([[OLD], [], [OLD, NEW]]);
    expect(state.ledger.parent.map(({ confirmed }) => confirmed)).toEqual([false, false, true]);
  });

  test('changes nothing when it is seen again', () => {
    for (const isComplete of [true, false]) {
      const sight = { sets: [[OLD], [NEW, OLD]], isComplete, ttl: 900 };
      const once = withDsSetsSeen(served([OLD], [NEW]), sight, DEFAULT_POLICY, NOW);
      expect(withDsSetsSeen(once, sight, DEFAULT_POLICY, NOW + 60)).toEqual(once);
    }
  });

  test('has the TTL of the slowest of all that is possible', () => {
    const sight = { sets: [[NEW]], isComplete: false, ttl: 7200 };
    const state = withDsSetsSeen(served([OLD]), sight, DEFAULT_POLICY, NOW);
    expect(state.ledger.parent.map(({ ttl }) => ttl)).toEqual([7200, 7200]);
  });
});

describe('a version that all servers of the zone have', () => {
  const version = (serial: number, established?: number): Publication => ({
    serial,
    digest: String(serial).padStart(64, '0'),
    since: serial,
    established,
    keySet: { keys: [], signers: [] },
    data: { signerSets: [[]] },
    dnskeyTtl: 300,
    maxTtl: 300,
    propagation: 3600,
  });
  const propagations = (state: RotationState): number[] =>
    state.ledger.publications.map(({ propagation }) => propagation);

  test('is established, and ends the time of those before it', () => {
    const state = withAllServing(stateWith([], [version(1, 1), version(2)]), version(2), NOW, true);
    expect(state.ledger.publications.map(({ established }) => established)).toEqual([1, NOW]);
    expect(propagations(state)).toEqual([0, 3600]);
  });

  test('was established before: then slow servers had it by now, and no later', () => {
    const before = stateWith([], [version(1, 1), version(2, 100), version(3)]);
    expect(propagations(withAllServing(before, version(2), NOW, true))).toEqual([NOW - 100, 3600, 3600]);
    expect(propagations(withAllServing(before, version(2), 100 + 7200, true))).toEqual([3600, 3600, 3600]);
  });

  test('does not shorten what the policy says', () => {
    const state = withAllServing(stateWith([], [version(1, 1), version(2)]), version(2), NOW, false);
    expect(propagations(state)).toEqual([3600, 3600]);
  });

  test('is not believed by a clock that went back', () => {
    const state = stateWith([], [version(1, 1), version(2, 5000), version(3)]);
    expect(withAllServing(state, version(3), NOW, true)).toBe(state);
  });
});
