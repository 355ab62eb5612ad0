import { describe, expect, test } from '@jest/globals';
import { rolloverOf } from '../../src/rollover/due.ts';
import type { Role } from '../../src/keys/roles.ts';
import { dsOf, servedDs, setsBetween } from '../../src/rollover/engine.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { DsRecord } from '../../src/rollover/validation.ts';
import { DAY, HOUR, MINUTE, Simulation } from './simulation.ts';

const ZONE = { maxTtl: 2 * HOUR, negativeTtl: 10 * MINUTE, propagation: 30 * MINUTE };

/** What stands still in these tests unless they say so: nothing is due by itself, margins are zero. */
const POLICY: Policy = {
  ...DEFAULT_POLICY,
  kskLifetime: 'unlimited',
  zskLifetime: 'unlimited',
  publishSafety: 0,
  retireSafety: 0,
  dnskeyTtl: HOUR,
};

/** A zone that has been signed, with its DS at the parent, for longer than any cache remembers. */
function signedZone(policy: Partial<Policy> = {}): Simulation {
  const simulation = new Simulation({ ...POLICY, ...policy }, ZONE, { ttl: DAY, lag: HOUR });
  simulation.startUnsigned();
  turn(simulation);
  wait(simulation);
  simulation.changeDs(simulation.asked);
  confirmNew(simulation);
  turn(simulation);
  expect(simulation.state.rollovers).toEqual([]);
  simulation.time += 10 * DAY;
  turn(simulation);
  return simulation;
}

/** One run of `rotate` and `sign`, until there is nothing more to do at this moment. */
function turn(simulation: Simulation): void {
  simulation.rotate();
  while (simulation.needsSigning) {
    simulation.sign();
    simulation.rotate();
  }
}

/** Sleeps for what the first rollover waits for; returns for how long. */
function wait(simulation: Simulation): number {
  const seconds = simulation.waits[0]!.until - simulation.clock;
  simulation.time += seconds;
  turn(simulation);
  return seconds;
}

function start(simulation: Simulation, role: Role): void {
  simulation.replace(role);
  turn(simulation);
}

function confirmNew(simulation: Simulation): void {
  for (const { key } of simulation.dsAtParent) simulation.confirmPublished(key!);
}

/** The tags of the keys in the DS sets that the parent may serve, in order. */
function possibleDs({ state }: Simulation): string[] {
  return servedDs(state.ledger)
    .map((ds) =>
      ds
        .map(({ key, digestType }) => `${key?.split(' ')[3] ?? '?'}/${digestType}`)
        .sort()
        .join('+'),
    )
    .sort();
}

describe('setsBetween', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((key): DsRecord => ({ algorithm: 13, digestType: 2, key })) as [
    DsRecord,
    DsRecord,
    DsRecord,
  ];

  test('keeps what both sets have and takes any of the rest', () => {
    expect(setsBetween([a, b], [b, c])).toEqual([[b], [b, a], [b, c], [b, a, c]]);
  });

  test('is the set itself where nothing changes', () => {
    expect(setsBetween([a, b], [b, a])).toEqual([[a, b]]);
  });

  test('tells digests of one key apart', () => {
    expect(setsBetween([a], [{ ...a, digestType: 4 }])).toHaveLength(4);
  });
});

describe('the parent', () => {
  test('whose TTL rises is taken to serve what it serves with the new TTL', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, parentDsTtl: 2 * DAY };
    simulation.parent = { ...simulation.parent, ttl: 2 * DAY };
    simulation.changeDs(simulation.dsAtParent);
    simulation.time += 10 * DAY;
    start(simulation, 'ksk');
    wait(simulation);
    simulation.changeDs(simulation.asked.slice(1));
    confirmNew(simulation);
    turn(simulation);
    simulation.confirmWithdrawn(simulation.state.keys[0]!.dnskey);
    turn(simulation);
    expect(wait(simulation)).toBe(2 * DAY + HOUR);
    expect(simulation.violations).toEqual([]);
  });

  test('that was seen to serve the old set still may take up what was offered', () => {
    const simulation = signedZone();
    start(simulation, 'ksk');
    wait(simulation);
    simulation.checkParent();
    turn(simulation);
    expect(possibleDs(simulation)).toEqual(['', 'ksk1/2', 'ksk1/2+ksk3/2', 'ksk3/2']);
  });

  test('may keep DS of keys that nobody knows, which stand beside a good one all the time', () => {
    const simulation = signedZone();
    simulation.changeDs([...simulation.dsAtParent, { algorithm: 13, digestType: 2, key: undefined }]);
    simulation.time += HOUR;
    simulation.checkParent();
    start(simulation, 'ksk');
    expect(wait(simulation)).toBe(30 * MINUTE + HOUR);
    expect(possibleDs(simulation)).toEqual(['?/2+ksk1/2', '?/2+ksk1/2+ksk3/2', '?/2+ksk3/2']);
  });
});

describe('where old and new DS would have different digests', () => {
  test('a KSK goes by double-KSK, because with double-DS one of them would match nothing', () => {
    const { state, policy } = signedZone({ kskRollover: 'double-ds', dsDigests: ['sha256', 'sha384'] });
    const nameWith = (dsDigests: Policy['dsDigests']): string =>
      rolloverOf('ksk', { ...policy, dsDigests }, state);
    expect(nameWith(['sha256', 'sha384'])).toBe('ksk-double-ds');
    expect(nameWith(['sha384'])).toBe('ksk-double-ksk');
    expect(nameWith(['sha256', 'sha384', 'sha1'])).toBe('ksk-double-ksk');
  });

  test('the policy is for DS that are asked for later', () => {
    const simulation = signedZone({ kskRollover: 'double-ds' });
    start(simulation, 'ksk');
    simulation.policy = { ...simulation.policy, dsDigests: ['sha384'] };
    const { state, policy } = simulation;
    expect(dsOf(state, state.wantedDs, policy).map(({ digestType }) => digestType)).toEqual([2, 2]);
    simulation.changeDs(simulation.asked);
    confirmNew(simulation);
    turn(simulation);
    wait(simulation);
    wait(simulation);
    simulation.changeDs(simulation.dsAtParent.slice(1));
    simulation.confirmWithdrawn(simulation.state.keys[0]!.dnskey);
    turn(simulation);
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.violations).toEqual([]);
    start(simulation, 'ksk');
    wait(simulation);
    expect(simulation.asked.map(({ digestType }) => digestType)).toEqual([2, 4]);
  });
});

describe('a clock that goes back behind what was recorded', () => {
  test('stops removals, and says until when', () => {
    const simulation = signedZone();
    start(simulation, 'zsk');
    wait(simulation);
    simulation.time += 10 * DAY;
    const shown = simulation.clock;
    simulation.clockOffset -= 20 * DAY;
    simulation.rotate();
    const latest = Math.max(...simulation.state.ledger.publications.map(({ since }) => since));
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'clock' }, until: latest }]);
    simulation.clockOffset = 0;
    expect(simulation.clock).toBe(shown);
    turn(simulation);
    expect(simulation.state.rollovers).toEqual([]);
  });

  test('does not stop what is signed once more with the same keys', () => {
    const simulation = signedZone({ retireSafety: HOUR });
    simulation.policy = { ...simulation.policy, publishedWhen: 'served' };
    simulation.replace('zsk');
    simulation.rotate();
    simulation.sign();
    simulation.establish(simulation.loaded);
    simulation.rotate();
    simulation.time = simulation.waits[0]!.until;
    simulation.rotate();
    simulation.sign();
    simulation.clockOffset -= DAY;
    simulation.sign();
    expect(simulation.refused).toBe(0);
  });

  test('makes a version that is written meanwhile count only from when the clock is right again', () => {
    const simulation = signedZone();
    simulation.replace('zsk');
    simulation.clockOffset -= 30 * DAY;
    simulation.rotate();
    simulation.sign();
    simulation.rotate();
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'publication' } }]);
    simulation.time += MINUTE;
    simulation.clockOffset = 0;
    simulation.rotate();
    expect(simulation.waits).toMatchObject([
      { reason: { kind: 'proof' }, until: simulation.time + 30 * MINUTE + HOUR },
    ]);
  });
});
