import { describe, expect, test } from '@jest/globals';
import { knownBreakage } from '../../src/rollover/breakage.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { describeWitness } from '../../src/rollover/words.ts';
import { nightly, PARENT, signedZone, STALE, ZONE } from './nights.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

// What is broken is known as soon as the parent was seen, and nothing else is called so: the model of resolvers is the judge.

/** Where all goes well; what was broken is known to last a little longer than it does. */
function expectNoFalseAlarm(simulation: Simulation): void {
  if (simulation.violations.length === 0) expect(breakage(simulation)).toBeUndefined();
}

function passNights(simulation: Simulation, days: number, obeys = true): void {
  nightly(simulation, days, obeys, expectNoFalseAlarm);
}

function breakage({ state, clock }: Simulation): ReturnType<typeof knownBreakage> {
  return knownBreakage(state.ledger, clock);
}

describe('what is broken', () => {
  test.each([{}, { kskRollover: 'double-ds' }, { keys: 'csk' }] as const)(
    'is nothing in years of rollovers with %j, nor while all keys change',
    (policy) => {
      const simulation = signedZone(policy, expectNoFalseAlarm);
      passNights(simulation, 200);
      simulation.policy = { ...simulation.policy, algorithm: 15 };
      passNights(simulation, 30);
      simulation.policy = { ...simulation.policy, keys: policy.keys === 'csk' ? 'split' : 'csk' };
      passNights(simulation, 30);
      expect(simulation.violations).toEqual([]);
      expect(simulation.state.keys.filter(({ removed }) => removed !== undefined).length).toBeGreaterThan(3);
    },
  );

  test('is a stale DS in the place of the right one, until that is back and the stale one is out of caches', () => {
    const simulation = signedZone({}, expectNoFalseAlarm);
    const right = simulation.dsAtParent;
    simulation.changeDs([STALE]);
    passNights(simulation, 1, false);
    const stale = breakage(simulation)!;
    expect(stale.until).toBe(Infinity);
    expect(describeWitness(stale)).toMatch(
      /^a resolver may still hold the DS RRset of .* and the DNSKEY RRset of serial \d+, so that no DS of ECDSAP256SHA256 with digest type 2 would match a key that signs$/,
    );
    simulation.changeDs(right);
    passNights(simulation, 1, false);
    expect(breakage(simulation)!.until).toBe(simulation.clock + DAY + HOUR);
    passNights(simulation, 2, false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is no stale DS beside the right one', () => {
    const simulation = signedZone({}, expectNoFalseAlarm);
    simulation.changeDs([...simulation.dsAtParent, STALE]);
    passNights(simulation, 3, false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is a DS that was swapped before caches had the new key, until they have', () => {
    const simulation = signedZone({ dnskeyTtl: 5 * DAY }, expectNoFalseAlarm);
    simulation.replace('ksk');
    simulation.rotate();
    simulation.sign();
    const fresh = simulation.state.keys.at(-1)!;
    simulation.changeDs([{ algorithm: 13, digestType: 2, key: fresh.dnskey }]);
    passNights(simulation, 1, false);
    const early = breakage(simulation)!;
    expect(describeWitness(early)).toMatch(/and the DNSKEY RRset of serial \d+, which lacks key \d+$/);
    expect(early.until).toBeLessThan(Infinity);
    passNights(simulation, Math.ceil((early.until - simulation.clock) / DAY), false);
    expect(breakage(simulation)).toBeUndefined();
  });

  test('is nothing as long as nobody has seen the parent', () => {
    const simulation = new Simulation(DEFAULT_POLICY, ZONE, PARENT);
    simulation.startUnsigned();
    expect(breakage(simulation)).toBeUndefined();
  });
});
