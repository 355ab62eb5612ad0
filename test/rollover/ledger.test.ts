import { describe, expect, test } from '@jest/globals';
import { withEstablished } from '../../src/rollover/facts.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  prunedLedger,
  replacedAt,
  type Ledger,
  type ParentVersion,
  type Publication,
} from '../../src/rollover/ledger.ts';

/** A version whose DNSKEY RRset lives 100 seconds, whose other records live 1000, and which a slow secondary serves for 10 seconds more. */
function publication(serial: number, since: number, change: Partial<Publication> = {}): Publication {
  return {
    serial,
    digest: `${serial}`,
    since,
    established: since,
    keySet: { keys: [`257 3 13 k${serial}`], signers: [`257 3 13 k${serial}`] },
    data: { signerSets: [[`257 3 13 k${serial}`]] },
    dnskeyTtl: 100,
    maxTtl: 1000,
    propagation: 10,
    ...change,
  };
}

function parentVersion(name: string, change: Partial<ParentVersion> = {}): ParentVersion {
  const ds = [{ algorithm: 13, digestType: 2, key: name }];
  return { ds, since: 0, ttl: 100, propagation: 10, confirmed: true, ...change };
}

function untils(ledger: Partial<Ledger>, now: number, margin?: number): Record<string, number[]> {
  const { ds, keySets, data } = cachesAt({ publications: [], parent: [], ...ledger }, now, margin);
  const of = (held: readonly { readonly until: number }[]): number[] => held.map(({ until }) => until);
  return { ds: of(ds), keySets: of(keySets), data: of(data) };
}

describe('what caches hold', () => {
  test('is the DS of any key that signs, or none, while nobody has looked at the parent', () => {
    const publications = [publication(1, 0), publication(2, 5000)];
    const signers = [...new Set(publications.flatMap(({ keySet }) => keySet.signers))];
    const { ds } = cachesAt({ publications, parent: [] }, 5000);
    expect(ds.map(({ value, until }) => [value.map(({ key }) => key), until])).toEqual([
      [[], Infinity],
      ...signers.map((key) => [[key], Infinity]),
    ]);
  });

  test('lasts until replacement + propagation + TTL', () => {
    const publications = [publication(1, 0), publication(2, 5000)];
    expect(untils({ publications }, 5000)).toMatchObject({
      keySets: [5110, Infinity],
      data: [6010, Infinity],
    });
  });

  test('is gone at that second, not before', () => {
    const publications = [publication(1, 0), publication(2, 5000)];
    expect(untils({ publications }, 5109).keySets).toEqual([5110, Infinity]);
    expect(untils({ publications }, 5110).keySets).toEqual([Infinity]);
  });

  test('lasts a margin longer when one is asked for', () => {
    const publications = [publication(1, 0), publication(2, 5000)];
    const parent = [parentVersion('a', { replaced: 5000 })];
    expect(untils({ publications, parent }, 5000, 60)).toEqual({
      ds: [5170],
      keySets: [5170, Infinity],
      data: [6070, Infinity],
    });
  });

  test('is not replaced by a version of which nobody knows whether it is served', () => {
    const publications = [publication(1, 0), publication(2, 5000, { established: undefined })];
    expect(untils({ publications }, 99_999).keySets).toEqual([Infinity, Infinity]);
  });

  test('is replaced by the first later version that is established', () => {
    const publications = [
      publication(1, 0),
      publication(2, 5000, { established: undefined }),
      publication(3, 6000, { established: 7000 }),
      publication(4, 8000),
    ];
    expect(publications.map((_, index) => replacedAt(publications, index))).toEqual([
      7000,
      7000,
      8000,
      Infinity,
    ]);
    expect(currentPublication({ publications, parent: [] })?.serial).toBe(4);
  });

  test('counts once where versions have the same content, as long as the longest', () => {
    const { keySet } = publication(1, 0);
    const publications = [
      publication(1, 0, { dnskeyTtl: 9999 }),
      publication(2, 50, { keySet }),
      publication(3, 60),
    ];
    expect(untils({ publications }, 60).keySets).toEqual([50 + 10 + 9999, Infinity]);
  });

  test('of the parent lasts until replacement + its propagation + the TTL of the DS', () => {
    const parent = [parentVersion('a', { replaced: 3000 }), parentVersion('b', { since: 3000 })];
    expect(untils({ parent }, 3000).ds).toEqual([3110, Infinity]);
  });
});

describe('the current publication', () => {
  test('is the newest that is established, else the newest', () => {
    const open = publication(2, 10, { established: undefined });
    expect(currentPublication({ publications: [publication(1, 0), open], parent: [] })?.serial).toBe(1);
    expect(currentPublication({ publications: [open], parent: [] })?.serial).toBe(2);
    expect(currentPublication({ publications: [], parent: [] })).toBeUndefined();
  });
});

describe('a pruned ledger', () => {
  const ledger = {
    publications: [
      publication(1, 0, { maxTtl: 50_000 }),
      publication(2, 100, { maxTtl: 10 }),
      publication(3, 30_000),
    ],
    parent: [parentVersion('a', { replaced: 100 }), parentVersion('b')],
  };

  test.each([0, 100, 211, 30_000, 40_000, 50_109, 50_110, 99_999])('says the same at %i', (now) => {
    expect(cachesAt(prunedLedger(ledger, now, 0), now)).toEqual(cachesAt(ledger, now));
  });

  test('keeps what the margin asks for', () => {
    expect(cachesAt(prunedLedger(ledger, 50_200, 100), 50_200, 100)).toEqual(cachesAt(ledger, 50_200, 100));
  });

  test('keeps a DS for as long as it stands in the way of an unsigned zone: for the TTL of a DNSKEY RRset longer', () => {
    const unsigned = { keySet: { keys: [], signers: [] } };
    for (const now of [211, 309, 310])
      expect(cachesAt(prunedLedger(ledger, now, 0), now, 0, unsigned)).toEqual(
        cachesAt(ledger, now, 0, unsigned),
      );
  });

  test('keeps what may be served for ever, and drops the rest', () => {
    const { publications, parent } = prunedLedger(ledger, 1e9, 0);
    expect(publications.map(({ serial }) => serial)).toEqual([3]);
    expect(parent.map(({ since }) => since)).toEqual([0]);
    expect(prunedLedger({ publications: [], parent: [] }, 1e9, 0)).toEqual({ publications: [], parent: [] });
  });
});

describe('a clock that went back', () => {
  test('is seen by any time of the ledger', () => {
    const empty = { publications: [], parent: [] };
    expect(latestTime(empty)).toBe(-Infinity);
    expect(latestTime({ ...empty, publications: [publication(1, 50, { established: undefined })] })).toBe(50);
    expect(latestTime({ ...empty, publications: [publication(1, 50, { established: 70 })] })).toBe(70);
    expect(latestTime({ ...empty, parent: [parentVersion('a', { since: 60 })] })).toBe(60);
    expect(latestTime({ ...empty, parent: [parentVersion('a', { replaced: 80 })] })).toBe(80);
  });

  test('establishes nothing', () => {
    const publications = [publication(1, 1000), publication(2, 400, { established: undefined })];
    const ledger = { publications, parent: [] };
    const state = { keys: [], ledger, rollovers: [], wantedDs: [], audit: [], outbox: [] };
    expect(withEstablished(state, 2, 401)).toBe(state);
    expect(withEstablished(state, 2, 1000).ledger.publications[1]?.established).toBe(1000);
  });
});
