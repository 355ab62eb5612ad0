import { describe, expect, test } from '@jest/globals';
import { adoptedState } from '../../src/rollover/adopt.ts';
import { dueRollovers } from '../../src/rollover/due.ts';
import { nextPublication } from '../../src/rollover/next-publication.ts';
import { nightly, signedZone, STALE, ZONE } from './nights.ts';
import { DAY, HOUR, type Simulation } from './simulation.ts';

// Zones that somebody has broken. What is broken must not stop what repairs it, and nothing may become worse.

/** What is broken now, to be set against what is broken later. */
function isBroken(simulation: Simulation): boolean {
  return simulation.world.violations(simulation.time).length > 0;
}

/** The operator goes on as he is asked for a year: the zone is well again, and we have broken nothing. */
function expectRepaired(simulation: Simulation): void {
  nightly(simulation, 200, true);
  expect(isBroken(simulation)).toBe(false);
  expect(simulation.causedByUs).toEqual([]);
  expect(simulation.refused).toBe(0);
  nightly(simulation, 200, true);
  const removed = (role: string): number =>
    simulation.state.keys.filter((key) => key.role === role && key.removed !== undefined).length;
  expect(removed('ksk')).toBeGreaterThanOrEqual(3);
  expect(removed('zsk')).toBeGreaterThanOrEqual(3);
  expect(simulation.causedByUs).toEqual([]);
}

describe('a stale DS in the place of the right one', () => {
  test('does not stop signing nor rollovers, and is repaired as soon as the operator does what he is asked', () => {
    const simulation = signedZone();
    simulation.changeDs([STALE]);
    nightly(simulation, 30);
    expect(isBroken(simulation)).toBe(true);
    expect(simulation.refused).toBe(0);
    simulation.replace('zsk');
    nightly(simulation, 20);
    expect(simulation.state.rollovers).toEqual([]);
    simulation.replace('ksk');
    expectRepaired(simulation);
  });

  test('is harmless beside the right one', () => {
    const simulation = signedZone();
    simulation.changeDs([...simulation.dsAtParent, STALE]);
    nightly(simulation, 5);
    expect(isBroken(simulation)).toBe(false);
    const before = simulation.state.keys[0]!;
    simulation.replace('ksk');
    nightly(simulation, 1);
    for (let night = 0; night < 30; night++) {
      nightly(simulation, 1);
      // The operator leaves the stale one alone.
      if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
        simulation.changeDs([...simulation.asked, STALE]);
    }
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.state.keys.find(({ base }) => base === before.base)?.removed).toBeDefined();
    expect(simulation.violations).toEqual([]);
  });
});

describe.each(['double-ksk', 'double-ds'] as const)('a DS that was swapped too early (%s)', (kskRollover) => {
  test('before the new key was published', () => {
    const simulation = signedZone({ kskRollover });
    simulation.replace('ksk');
    const fresh = simulation.state.keys.at(-1)!;
    simulation.changeDs([{ algorithm: 13, digestType: 2, key: fresh.dnskey }]);
    expect(isBroken(simulation)).toBe(true);
    expectRepaired(simulation);
  });

  test('while caches do not have the new key yet', () => {
    const simulation = signedZone({ kskRollover, dnskeyTtl: 5 * DAY });
    simulation.replace('ksk');
    simulation.rotate();
    simulation.sign();
    const fresh = simulation.state.keys.at(-1)!;
    simulation.changeDs([{ algorithm: 13, digestType: 2, key: fresh.dnskey }]);
    expect(isBroken(simulation)).toBe(true);
    expectRepaired(simulation);
  });

  test('and told by the operator, who does not look at the parent', () => {
    const simulation = signedZone({ kskRollover, checkParent: false });
    simulation.replace('ksk');
    const fresh = simulation.state.keys.at(-1)!;
    simulation.changeDs([{ algorithm: 13, digestType: 2, key: fresh.dnskey }]);
    simulation.confirmPublished(fresh.dnskey);
    simulation.confirmWithdrawn(simulation.state.keys[0]!.dnskey);
    expectRepaired(simulation);
  });
});

describe('no DS at all any more', () => {
  test('lets everything go on, and new DS are asked for with the next key', () => {
    const simulation = signedZone();
    simulation.changeDs([]);
    expectRepaired(simulation);
  });
});

describe('expired signatures', () => {
  test('are made anew by the next run', () => {
    const simulation = signedZone();
    simulation.time += 60 * DAY;
    expect(isBroken(simulation)).toBe(true);
    expectRepaired(simulation);
  });
});

describe('a zone that was unsigned by hand', () => {
  test('is signed again at once', () => {
    const simulation = signedZone();
    simulation.unsignByHand();
    expect(isBroken(simulation)).toBe(true);
    nightly(simulation, 1);
    expectRepaired(simulation);
  });
});

describe('a lost state', () => {
  /** Keys and the signed zone are there, and nothing else. */
  function adopt(simulation: Simulation): void {
    const { keySet, data } = nextPublication(simulation.state);
    const found = simulation.state.keys
      .filter(({ removed }) => removed === undefined)
      .map((key) => ({
        ...key,
        activated: undefined,
        created: undefined,
        isPublished: true,
        isActive: true,
        ds: 'unknown' as const,
      }));
    const evidence = {
      serial: simulation.serial,
      keySet,
      data,
      dnskeyTtl: simulation.policy.dnskeyTtl,
      maxTtl: ZONE.maxTtl,
      refresh: HOUR,
      retry: HOUR,
      firstExpiration: simulation.firstExpiration,
      expirations: new Map(),
    };
    const zone = { evidence, digest: `digest ${simulation.serial}`, propagation: ZONE.propagation };
    simulation.state = adoptedState(found, zone, simulation.policy, simulation.clock);
  }

  test.each([0, 1, 2, 3, 4, 5, 8])('%i days after a ZSK and a KSK rollover began', (days) => {
    const simulation = signedZone();
    simulation.replace('zsk');
    simulation.replace('ksk');
    nightly(simulation, days, true);
    adopt(simulation);
    // The worst that can be due at once.
    simulation.policy = { ...simulation.policy, zskLifetime: 7 * DAY, kskLifetime: 7 * DAY };
    nightly(simulation, 30, true);
    expect(simulation.violations).toEqual([]);
    expect(simulation.refused).toBe(0);
    simulation.policy = { ...simulation.policy, zskLifetime: 90 * DAY, kskLifetime: 90 * DAY };
    expectRepaired(simulation);
    expect(simulation.violations).toEqual([]);
  });

  test('in the middle of a change of algorithm', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, algorithm: 15 };
    nightly(simulation, 2, true);
    adopt(simulation);
    expect(dueRollovers(simulation.state, simulation.policy)).toMatchObject([{ name: 'algorithm' }]);
    nightly(simulation, 60, true);
    expect(simulation.violations).toEqual([]);
    expect(simulation.refused).toBe(0);
    expect(
      simulation.state.keys.filter(({ use }) => use.published).map(({ algorithm }) => algorithm),
    ).toEqual([15, 15]);
  });
});
