import { describe, expect, test } from '@jest/globals';
import { knownBreakage } from '../../src/rollover/breakage.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { DsRecord } from '../../src/rollover/validation.ts';
import { describeWitness } from '../../src/rollover/words.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

// What is broken is known as soon as the parent was seen, and nothing else is called so: the model of resolvers is the judge.

const ZONE = { maxTtl: DAY, negativeTtl: HOUR, propagation: HOUR };
const PARENT = { ttl: DAY, lag: HOUR };
const STALE: DsRecord = { algorithm: 13, digestType: 2, key: undefined };

function nightly(simulation: Simulation, days: number, obeys = true): void {
  for (let day = 0; day < days; day++) {
    simulation.time += DAY;
    simulation.checkParent();
    simulation.rotate();
    while (simulation.needsSigning && simulation.refused === 0) {
      simulation.sign();
      simulation.rotate();
    }
    if (obeys && simulation.waits.some(({ reason }) => reason.kind === 'parent'))
      simulation.changeDs(simulation.asked);
    simulation.check();
    // Where all goes well; what was broken is known to last a little longer than it does.
    if (simulation.violations.length === 0) expect(breakage(simulation)).toBeUndefined();
  }
}

function breakage({ state, clock }: Simulation): ReturnType<typeof knownBreakage> {
  return knownBreakage(state.ledger, clock);
}

function signedZone(policy: Partial<Policy> = {}): Simulation {
  const simulation = new Simulation({ ...DEFAULT_POLICY, ...policy }, ZONE, PARENT);
  simulation.startUnsigned();
  nightly(simulation, 10);
  expect(simulation.state.rollovers).toEqual([]);
  return simulation;
}

describe('what is broken', () => {
  test.each([{}, { kskRollover: 'double-ds' }, { keys: 'csk' }] as const)(
    'is nothing in years of rollovers with %j, nor while all keys change',
    (policy) => {
      const simulation = signedZone(policy);
      nightly(simulation, 200);
      simulation.policy = { ...simulation.policy, algorithm: 15 };
      nightly(simulation, 30);
      simulation.policy = { ...simulation.policy, keys: policy.keys === 'csk' ? 'split' : 'csk' };
      nightly(simulation, 30);
      expect(simulation.violations).toEqual([]);
      expect(simulation.state.keys.filter(({ removed }) => removed !== undefined).length).toBeGreaterThan(3);
    },
  );

  test('is a stale DS in the place of the right one, until that is back and the stale one is out of caches', () => {
    const simulation = signedZone();
    const right = simulation.dsAtParent;
    simulation.changeDs([STALE]);
    nightly(simulation, 1, false);
    const stale = breakage(simulation)!;
    expect(stale.until).toBe(Infinity);
    expect(describeWitness(stale)).toMatch(
      /^a resolver may still hold the DS RRset of .* and the DNSKEY RRset of serial \d+, so that no DS of ECDSAP256SHA256 with digest type 2 would match a key that signs$/,
    );
    simulation.changeDs(right);
    nightly(simulation, 1, false);
    expect(breakage(simulation)!.until).toBe(simulation.clock + DAY + HOUR);
    nightly(simulation, 2, false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is no stale DS beside the right one', () => {
    const simulation = signedZone();
    simulation.changeDs([...simulation.dsAtParent, STALE]);
    nightly(simulation, 3, false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is a DS that was swapped before caches had the new key, until they have', () => {
    const simulation = signedZone({ dnskeyTtl: 5 * DAY });
    simulation.replace('ksk');
    simulation.rotate();
    simulation.sign();
    const fresh = simulation.state.keys.at(-1)!;
    simulation.changeDs([{ algorithm: 13, digestType: 2, key: fresh.dnskey }]);
    nightly(simulation, 1, false);
    const early = breakage(simulation)!;
    expect(describeWitness(early)).toMatch(/and the DNSKEY RRset of serial \d+, which lacks key \d+$/);
    expect(early.until).toBeLessThan(Infinity);
    nightly(simulation, Math.ceil((early.until - simulation.clock) / DAY), false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is nothing as long as nobody has seen the parent', () => {
    const simulation = new Simulation(DEFAULT_POLICY, ZONE, PARENT);
    simulation.startUnsigned();
    expect(breakage(simulation)).toBeUndefined();
  });
});
