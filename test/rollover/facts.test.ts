import { describe, expect, test } from '@jest/globals';
import {
  withDsPublished,
  withDsSeen,
  withDsWithdrawn,
  withAllServing,
  withDigestEstablished,
  withEstablished,
  withoutPublication,
  withPublication,
} from '../../src/rollover/facts.ts';
import { confirmedDs, type ParentVersion, type Publication } from '../../src/rollover/ledger.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import type { DsRecord } from '../../src/rollover/validation.ts';

const OLD: DsRecord = { algorithm: 13, digestType: 2, key: '257 3 13 old' };
const NEW: DsRecord = { algorithm: 13, digestType: 2, key: '257 3 13 new' };
const NEW_384: DsRecord = { ...NEW, digestType: 4 };

/** A parent that may serve any of these sets since time 0. */
function parentOf(...sets: readonly (readonly DsRecord[])[]): RotationState {
  const parent = sets.map((ds): ParentVersion => ({
    ds,
    since: 0,
    ttl: 3600,
    propagation: 60,
    confirmed: false,
  }));
  return {
    keys: [],
    ledger: { publications: [], parent },
    rollovers: [],
    wantedDs: [],
    audit: [],
    outbox: [],
  };
}

function stillServed({ ledger }: RotationState): (readonly DsRecord[])[] {
  return ledger.parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => ds);
}

describe('a DS that is said to be published', () => {
  test('ends the sets without it at that time', () => {
    const state = withDsPublished(parentOf([OLD], [OLD, NEW], [NEW], []), NEW.key!, 1000);
    expect(stillServed(state)).toEqual([[OLD, NEW], [NEW]]);
    expect(state.ledger.parent[0]?.replaced).toBe(1000);
    expect(confirmedDs(state.ledger)?.ds).toEqual([NEW]);
  });

  test('is there with all digests that were asked for', () => {
    const state = parentOf([OLD], [OLD, NEW], [OLD, NEW_384], [OLD, NEW, NEW_384], [NEW, NEW_384]);
    expect(stillServed(withDsPublished(state, NEW.key!, 1000))).toEqual([
      [OLD, NEW, NEW_384],
      [NEW, NEW_384],
    ]);
  });

  test('stands beside the others or in their place where nobody had asked for it', () => {
    const state = withDsPublished(parentOf([OLD]), NEW.key!, 1000);
    expect(stillServed(state)).toEqual([[OLD, NEW], [NEW]]);
    expect(confirmedDs(state.ledger)).toMatchObject({ since: 1000, ttl: 3600, propagation: 60 });
    expect(stillServed(withDsPublished(parentOf(), NEW.key!, 1000))).toEqual([[NEW]]);
  });
});

describe('a DS that is said to be withdrawn', () => {
  test('ends the sets with any digest of it', () => {
    const state = parentOf([OLD], [OLD, NEW, NEW_384], [OLD, NEW_384], []);
    expect(stillServed(withDsWithdrawn(state, NEW.key!, 1000))).toEqual([[OLD], []]);
  });

  test('leaves the other DS where nobody had asked to withdraw it', () => {
    expect(stillServed(withDsWithdrawn(parentOf([OLD, NEW]), NEW.key!, 1000))).toEqual([[OLD]]);
    expect(stillServed(withDsWithdrawn(parentOf([NEW]), NEW.key!, 1000))).toEqual([[]]);
    expect(stillServed(withDsWithdrawn(parentOf(), NEW.key!, 1000))).toEqual([[]]);
  });
});

describe('a set that was seen at the parent', () => {
  test('ends all others', () => {
    const state = withDsSeen(parentOf([OLD], [NEW, OLD], [NEW]), [OLD, NEW], 60, DEFAULT_POLICY, 1000);
    expect(stillServed(state)).toEqual([[NEW, OLD]]);
    expect(confirmedDs(state.ledger)).toMatchObject({ confirmed: true, since: 0 });
  });

  test('is known from then on where nobody had thought of it', () => {
    const state = withDsSeen(parentOf([OLD]), [], 60, DEFAULT_POLICY, 1000);
    expect(stillServed(state)).toEqual([[]]);
    expect(confirmedDs(state.ledger)).toEqual({
      ds: [],
      since: 1000,
      ttl: 3600,
      propagation: 3600,
      confirmed: true,
    });
  });

  test('shows a TTL that the sets before it may have had, too', () => {
    const state = withDsSeen(parentOf([OLD], [NEW]), [NEW], 86_400, DEFAULT_POLICY, 1000);
    expect(state.ledger.parent.map(({ ttl }) => ttl)).toEqual([86_400, 86_400]);
  });

  test('does not make TTLs shorter', () => {
    const state = withDsSeen(parentOf([OLD], [NEW]), [NEW], 60, DEFAULT_POLICY, 1000);
    expect(state.ledger.parent.map(({ ttl }) => ttl)).toEqual([3600, 3600]);
  });
});

describe('publications', () => {
  const version = (serial: number, digest: string): Publication => ({
    serial,
    digest,
    since: serial * 100,
    keySet: { keys: [], signers: [] },
    data: { signerSets: [[]] },
    dnskeyTtl: 60,
    maxTtl: 60,
    propagation: 60,
  });
  const two = withPublication(withPublication(parentOf(), version(1, 'a')), version(2, 'b'));
  const established = ({ ledger }: RotationState): (number | undefined)[] =>
    ledger.publications.map((publication) => publication.established);

  test('are established once, by serial', () => {
    const state = withEstablished(two, 1, 300);
    expect(established(state)).toEqual([300, undefined]);
    expect(established(withEstablished(state, 1, 400))).toEqual([300, undefined]);
    expect(established(withEstablished(state, 3, 400))).toEqual([300, undefined]);
  });

  test('of one serial are established one after the other: who says so may not know of the later one', () => {
    const state = withPublication(two, { ...version(2, 'c'), since: 250 });
    const once = withEstablished(state, 2, 300);
    expect(established(once)).toEqual([undefined, 300, undefined]);
    expect(established(withEstablished(once, 2, 400))).toEqual([undefined, 300, 400]);
    expect(established(withDigestEstablished(state, 'c', 300))).toEqual([undefined, undefined, 300]);
    expect(established(withAllServing(state, version(2, 'c'), 300, false))).toEqual([undefined, 300, 300]);
  });

  test('that were never written are forgotten, those that were established are not', () => {
    expect(withoutPublication(two, 'b').ledger.publications).toEqual([version(1, 'a')]);
    expect(withoutPublication(withEstablished(two, 2, 300), 'b').ledger.publications).toHaveLength(2);
  });
});
