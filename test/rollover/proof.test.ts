import { describe, expect, test } from '@jest/globals';
import { withDsSeen, withEstablished, withPublication } from '../../src/rollover/facts.ts';
import { cachesAt, currentPublication, type Ledger, type Publication } from '../../src/rollover/ledger.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { bothProofs, proveDs, provePublication, type ZoneVersion } from '../../src/rollover/proof.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import type { DsRecord, DsSet, KeyId, KeySet, ZoneData } from '../../src/rollover/validation.ts';
import { Random } from './random.ts';
import { bogusness, digestOf } from './resolver-model.ts';

const KSK = '257 3 13 ksk';
const NEW_KSK = '257 3 13 new-ksk';
const ZSK = '256 3 13 zsk';
const NEW_ZSK = '256 3 13 new-zsk';

function zoneOf(keys: readonly KeyId[], signers: readonly KeyId[], ...signerSets: KeyId[][]): ZoneVersion {
  return { keySet: { keys, signers }, data: { signerSets } };
}

function dsOf(key: KeyId, digestType = 2): DsRecord {
  return { algorithm: Number(key.split(' ')[2]), digestType, key };
}

const EMPTY: RotationState = {
  keys: [],
  ledger: { publications: [], parent: [] },
  rollovers: [],
  wantedDs: [],
  audit: [],
  outbox: [],
};

function published(
  state: RotationState,
  serial: number,
  at: number,
  zone: ZoneVersion,
  change: Partial<Publication> = {},
): RotationState {
  const publication = {
    serial,
    digest: `${serial}`,
    since: at,
    ...zone,
    dnskeyTtl: 100,
    maxTtl: 1000,
    propagation: 10,
    ...change,
  };
  return withEstablished(withPublication(state, publication), serial, at);
}

describe('the proof', () => {
  const old = zoneOf([ZSK, KSK], [KSK], [ZSK]);
  const both = zoneOf([NEW_ZSK, ZSK, KSK], [KSK], [ZSK]);
  const swapped = zoneOf([NEW_ZSK, ZSK, KSK], [KSK], [NEW_ZSK]);
  const withDs = withDsSeen(EMPTY, [dsOf(KSK)], 300, { ...DEFAULT_POLICY, parentPropagationDelay: 20 }, 0);
  const prove = (ledger: Ledger, next: ZoneVersion, now: number) =>
    provePublication(cachesAt(ledger, now), currentPublication(ledger), next);

  test('names the version that a resolver may hold, and until when', () => {
    const { ledger } = published(published(withDs, 1, 1000, old), 2, 5000, both);
    expect(prove(ledger, swapped, 5000)).toEqual({
      safe: false,
      until: 5110,
      witness: {
        fault: { kind: 'data-not-signed', algorithm: 13, missing: ['256 3 13 new-zsk'] },
        held: [
          { part: 'ds', source: { kind: 'parent', since: 0 }, until: Infinity },
          {
            part: 'keys',
            source: { kind: 'publication', serial: 1, since: 1000, isSigned: true },
            until: 5110,
          },
        ],
        until: 5110,
      },
    });
    expect(prove(ledger, swapped, 5110)).toEqual({ safe: true });
  });

  test('waits for the last of several versions', () => {
    const { ledger } = published(published(published(withDs, 1, 1000, old), 2, 5000, both), 3, 6000, swapped);
    const dropped = zoneOf([NEW_ZSK, KSK], [KSK], [NEW_ZSK]);
    expect(prove(ledger, dropped, 6000)).toMatchObject({
      until: 6000 + 10 + 1000,
      witness: { held: [{ part: 'ds' }, { part: 'data', source: { serial: 2 } }] },
    });
  });

  test('has no end while nothing has replaced what is in the way', () => {
    const { ledger } = published(withDs, 1, 1000, old);
    expect(prove(ledger, swapped, 9e9)).toMatchObject({ safe: false, until: Infinity });
  });

  test('lets a repair through, whatever is broken', () => {
    const broken = zoneOf([ZSK], [ZSK], [ZSK]);
    const { ledger } = published(withDs, 1, 1000, broken);
    expect(prove(ledger, old, 1001)).toEqual({ safe: true });
    expect(prove(ledger, broken, 1001)).toEqual({ safe: true });
  });

  test('asks nothing of a zone without a DS', () => {
    const noDs = withDsSeen(EMPTY, [], 300, DEFAULT_POLICY, 0);
    expect(prove(published(noDs, 1, 1000, old).ledger, zoneOf([], [], []), 1001)).toEqual({ safe: true });
  });

  test('takes a zone that was never published for an unsigned one', () => {
    expect(prove(withDs.ledger, old, 10)).toEqual({ safe: true });
  });

  test('of a DS set waits for every combination of DNSKEYs and records', () => {
    const { ledger } = published(published(EMPTY, 1, 1000, zoneOf([], [], [])), 2, 5000, old);
    const caches = cachesAt(ledger, 5000);
    expect(proveDs(caches, [], [dsOf(KSK)])).toMatchObject({ until: 6010 });
    expect(proveDs(cachesAt(ledger, 6010), [], [dsOf(KSK)])).toEqual({ safe: true });
    expect(proveDs(cachesAt(ledger, 6010), [], [dsOf(NEW_KSK)])).toMatchObject({ until: Infinity });
    expect(proveDs(caches, [dsOf(NEW_KSK)], [dsOf(KSK)])).toEqual({ safe: true });
  });

  test('of two changes is the one that takes longer', () => {
    const { ledger } = published(published(withDs, 1, 1000, old), 2, 5000, both);
    const short = prove(ledger, swapped, 5000);
    const long = prove(ledger, zoneOf([], [], []), 5000);
    expect(bothProofs(short, long)).toBe(long);
    expect(bothProofs(long, short)).toBe(long);
    expect(bothProofs({ safe: true }, short)).toBe(short);
    expect(bothProofs(short, { safe: true })).toBe(short);
  });
});

// The same question put to the resolver model.

const KEYS = [KSK, NEW_KSK, ZSK, NEW_ZSK, '257 3 8 rsa-ksk', '256 3 8 rsa-zsk', '385 3 13 revoked'];

interface Version<T> {
  readonly value: T;
  readonly lifetime: number;
  /** When the primary stopped serving it for good, as far as anybody knows. */
  ended: number;
}

/** What happened, event by event, with the last moment at which each answer can be in a cache. */
class History {
  readonly keySets: Version<KeySet>[] = [];
  readonly data: Version<ZoneData>[] = [];
  readonly ds: Version<DsSet>[] = [];
  state = EMPTY;
  current: ZoneVersion = zoneOf([], [], []);
  now = 1000;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    let zone = zoneOf([ZSK, KSK], [KSK], [ZSK]);
    this.#serveDs(random.chance(0.9) ? [dsOf(KSK)] : []);
    for (let count = random.between(1, 4); count > 0; count--) {
      this.now += random.between(0, 1500);
      if (random.chance(0.3)) this.#serveDs(this.changedDs(this.ds.at(-1)!.value));
      else zone = this.#publish(this.changed(zone));
    }
    if (this.keySets.length === 0) this.#publish(zone);
    this.now += random.between(0, 1500);
  }

  /** A zone that differs a little. */
  changed({ keySet, data }: ZoneVersion): ZoneVersion {
    const random = this.#random;
    const toggled = (keys: readonly KeyId[]): KeyId[] => {
      const key = random.pick(KEYS);
      return keys.includes(key) ? keys.filter((other) => other !== key) : [...keys, key].sort();
    };
    switch (random.between(0, 5)) {
      case 0:
        return { keySet: { ...keySet, keys: toggled(keySet.keys) }, data };
      case 1:
        return { keySet: { ...keySet, signers: toggled(keySet.signers) }, data };
      case 2:
        return { keySet, data: { signerSets: data.signerSets.map(toggled) } };
      case 3:
        return { keySet, data: { signerSets: [...data.signerSets.slice(-1), random.some(KEYS)] } };
      case 4: {
        const key = random.pick(KEYS);
        const added = (keys: readonly KeyId[]): KeyId[] => [...new Set([...keys, key])].sort();
        return { keySet: { keys: added(keySet.keys), signers: added(keySet.signers) }, data };
      }
      default:
        return { keySet, data };
    }
  }

  changedDs(ds: DsSet): DsSet {
    const record = dsOf(this.#random.pick(KEYS), this.#random.pick([2, 2, 4]));
    const isSame = (other: DsRecord): boolean =>
      other.key === record.key && other.digestType === record.digestType;
    return ds.some(isSame) ? ds.filter((other) => !isSame(other)) : [...ds, record];
  }

  #publish(zone: ZoneVersion): ZoneVersion {
    const random = this.#random;
    const serial = this.keySets.length + 1;
    const [dnskeyTtl, maxTtl, propagation] = [
      random.between(0, 300),
      random.between(0, 2000),
      random.between(0, 100),
    ];
    const times = { dnskeyTtl, maxTtl, propagation, since: this.now };
    this.state = withPublication(this.state, { serial, digest: `${serial}`, ...zone, ...times });
    const isEstablished = random.chance(0.8);
    if (isEstablished) {
      this.state = withEstablished(this.state, serial, this.now);
      for (const version of [...this.keySets, ...this.data])
        version.ended = Math.min(version.ended, this.now);
    }
    if (isEstablished || !this.#anyEstablished) this.current = zone;
    this.#anyEstablished ||= isEstablished;
    this.keySets.push({ value: zone.keySet, lifetime: propagation + dnskeyTtl, ended: Infinity });
    this.data.push({ value: zone.data, lifetime: propagation + maxTtl, ended: Infinity });
    return zone;
  }

  #anyEstablished = false;

  #serveDs(ds: DsSet): void {
    const [ttl, lag] = [1000, 60];
    const policy = { ...DEFAULT_POLICY, parentPropagationDelay: lag };
    this.state = withDsSeen(this.state, ds, ttl, policy, this.now);
    for (const version of this.ds) version.ended = Math.min(version.ended, this.now);
    this.ds.push({ value: ds, lifetime: ttl + lag, ended: Infinity });
  }

  /** Times at which something leaves the last cache. */
  get leavings(): number[] {
    return [...this.keySets, ...this.data, ...this.ds].map(({ ended, lifetime }) => ended + lifetime);
  }
}

function heldAt<T>(versions: readonly Version<T>[], time: number): T[] {
  return versions.filter(({ ended, lifetime }) => ended + lifetime > time).map(({ value }) => value);
}

/** What the model says of three answers; remembered, for they come again and again. */
function isBogus(ds: DsSet, keySet: KeySet, data: ZoneData): boolean {
  const combination = JSON.stringify([ds, keySet, data]);
  let bogus = judged.get(combination);
  if (bogus === undefined) {
    const signed = (keys: readonly KeyId[]) => keys.map((signer) => ({ signer, expires: Infinity }));
    const keys = keySet.keys.map((id) => {
      const [flags, protocol, algorithm] = id.split(' ').map(Number);
      return { id, flags: flags!, protocol: protocol!, algorithm: algorithm! };
    });
    const records = ds.map(({ algorithm, digestType, key }) => ({
      algorithm,
      digestType,
      digest: digestOf(key!, digestType),
    }));
    const answer = { keys, signatures: signed(keySet.signers) };
    bogus = bogusness(records, answer, data.signerSets.map(signed), 0) !== undefined;
    judged.set(combination, bogus);
  }
  return bogus;
}

const judged = new Map<string, boolean>();

/** Whether some resolver would be harmed at `time` if `next` were served from then on. */
function harms({ keySets, data, ds, current }: History, next: ZoneVersion, time: number): boolean {
  const servedAlready = (versions: readonly Version<unknown>[], value: unknown): boolean =>
    versions.some((v) => v.ended === Infinity && JSON.stringify(v.value) === JSON.stringify(value));
  if (servedAlready(keySets, next.keySet) && servedAlready(data, next.data)) return false;
  const combinations = (zone: ZoneVersion): [KeySet, ZoneData][] => [
    [zone.keySet, zone.data],
    ...heldAt(data, time).map((held): [KeySet, ZoneData] => [zone.keySet, held]),
    ...heldAt(keySets, time).map((held): [KeySet, ZoneData] => [held, zone.data]),
  ];
  const before = combinations(current);
  return heldAt(ds, time).some((records) =>
    combinations(next).some((after, i) => isBogus(records, ...after) && !isBogus(records, ...before[i]!)),
  );
}

function harmsByDs({ keySets, data, ds }: History, next: DsSet, time: number): boolean {
  const before = ds.at(-1)!.value;
  return heldAt(keySets, time).some((keySet) =>
    heldAt(data, time).some((records) => isBogus(next, keySet, records) && !isBogus(before, keySet, records)),
  );
}

/** From `time` on, the first moment without harm. */
function harmlessFrom(history: History, time: number, harm: (time: number) => boolean): number {
  return [time, ...history.leavings.filter((leaving) => leaving > time)]
    .sort((a, b) => a - b)
    .find((moment) => moment === Infinity || !harm(moment))!;
}

describe('the proof and the resolver model agree', () => {
  const MARGIN = 500;

  test('on 100,000 publications: what is unsafe waits, and not a second longer than the margin', () => {
    const random = new Random(4);
    const seen = { safe: 0, later: 0, never: 0 };
    for (let pair = 0; pair < 100_000; pair++) {
      const history = new History(random);
      const next = history.changed(random.chance(0.5) ? history.current : history.changed(history.current));
      const { ledger } = history.state;
      const { now } = history;
      for (const margin of [0, MARGIN]) {
        const proof = provePublication(cachesAt(ledger, now, margin), currentPublication(ledger), next);
        const from = harmlessFrom(history, now - margin, (time) => harms(history, next, time)) + margin;
        if ((proof.safe ? now : proof.until) !== from)
          expect({ pair, margin, proof, ledger, next }).toEqual({ until: from });
        seen[proof.safe ? 'safe' : from === Infinity ? 'never' : 'later']++;
      }
    }
    expect(Math.min(seen.safe, seen.later, seen.never)).toBeGreaterThan(5000);
  });

  test('on 20,000 DS sets', () => {
    const random = new Random(5);
    const seen = { safe: 0, later: 0, never: 0 };
    for (let pair = 0; pair < 20_000; pair++) {
      const history = new History(random);
      const before = history.ds.at(-1)!.value;
      const next = history.changedDs(random.chance(0.5) ? before : history.changedDs(before));
      const { ledger } = history.state;
      const { now } = history;
      for (const margin of [0, MARGIN]) {
        const proof = proveDs(cachesAt(ledger, now, margin), before, next);
        const from = harmlessFrom(history, now - margin, (time) => harmsByDs(history, next, time)) + margin;
        if ((proof.safe ? now : proof.until) !== from)
          expect({ pair, margin, proof, ledger, next }).toEqual({ until: from });
        seen[proof.safe ? 'safe' : from === Infinity ? 'never' : 'later']++;
      }
    }
    expect(Math.min(seen.safe, seen.later, seen.never)).toBeGreaterThan(500);
  });
});
