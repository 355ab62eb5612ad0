import { describe, expect, test } from '@jest/globals';
import { dueRollovers } from '../../src/rollover/due.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

// What the users came for: a zone under the default policy, whose keys live 90 days and stand side by side for 7.

const ZONE = { maxTtl: DAY, negativeTtl: HOUR, propagation: HOUR };
const PARENT = { ttl: DAY, lag: HOUR };

/** A zone that was signed for the first time; its operator adds the first DS when he is asked. */
function newZone(): Simulation {
  const simulation = new Simulation(DEFAULT_POLICY, ZONE, PARENT);
  simulation.startUnsigned();
  nightly(simulation, 3);
  simulation.changeDs(simulation.asked);
  nightly(simulation, 1);
  expect(simulation.state.rollovers).toEqual([]);
  return simulation;
}

/** One cron job, `rotate` and then `sign`, every night, and whenever a wait is over. */
function nightly(simulation: Simulation, days: number, afterEach: () => void = () => undefined): void {
  const end = simulation.time + days * DAY;
  while (simulation.time < end) {
    const moments = [
      simulation.time + DAY,
      end,
      ...simulation.waits.map(({ until }) => until),
      ...dueRollovers(simulation.state, simulation.policy).map(({ at }) => at),
    ];
    simulation.time = Math.min(...moments.filter((moment) => moment > simulation.time));
    run(simulation);
    afterEach();
  }
}

function run(simulation: Simulation): void {
  simulation.checkParent();
  simulation.rotate();
  while (simulation.needsSigning) {
    simulation.sign();
    simulation.rotate();
  }
  simulation.check();
}

function published({ state }: Simulation): string[] {
  return state.keys.filter(({ use }) => use.published).map(({ base }) => base);
}

describe('under the default policy', () => {
  test('the first DS is asked for when the signed zone is in every cache, an hour of safety later', () => {
    const simulation = new Simulation(DEFAULT_POLICY, ZONE, PARENT);
    simulation.startUnsigned();
    run(simulation);
    expect(simulation.asked).toEqual([]);
    expect(simulation.waits[0]!.until - simulation.time).toBe(HOUR + DAY + HOUR);
  });

  test('keys are replaced when they are 90 days old, beginning seven days before', () => {
    const simulation = newZone();
    const [ksk, zsk] = simulation.state.keys;
    const due = dueRollovers(simulation.state, simulation.policy);
    expect(due.map(({ name, at }) => [name, at])).toEqual([
      ['zsk-prepublish', zsk!.activated! + 83 * DAY],
      ['ksk-double-ksk', ksk!.activated! + 83 * DAY],
    ]);
  });

  test('both keys stand in the zone for seven days, and the new DS is announced as soon as it is safe', () => {
    const simulation = newZone();
    const [ksk] = simulation.state.keys;
    nightly(simulation, 83);
    const rollover = simulation.state.rollovers.find(({ name }) => name === 'ksk-double-ksk')!;
    expect(rollover.started).toBe(ksk!.activated! + 83 * DAY);
    const announced = (): boolean => simulation.asked.length === 2;
    let announcedAt = announced() ? simulation.time : Infinity;
    nightly(simulation, 1, () => {
      if (announced()) announcedAt = Math.min(announcedAt, simulation.time);
    });
    // Propagation and the TTL of the DNSKEY RRset, and the hour of safety.
    expect(announcedAt).toBe(rollover.started + HOUR + HOUR + HOUR);
    simulation.changeDs(simulation.asked);
    nightly(simulation, 1);
    simulation.changeDs(simulation.asked);
    const days = (rollover.started + 7 * DAY - simulation.time) / DAY;
    nightly(simulation, days - 1 / 24);
    expect(published(simulation)).toEqual(expect.arrayContaining(['ksk1', 'ksk4']));
    nightly(simulation, 1 / 24);
    expect(published(simulation)).not.toContain('ksk1');
    expect(simulation.state.keys[0]!.removed).toBe(simulation.time);
    expect(simulation.violations).toEqual([]);
  });

  test('the old key leaves only after the parent has moved, however late', () => {
    const simulation = newZone();
    nightly(simulation, 100);
    expect(published(simulation)).toContain('ksk1');
    simulation.changeDs(simulation.asked);
    nightly(simulation, 30);
    expect(published(simulation)).toContain('ksk1');
    const moved = simulation.time;
    simulation.changeDs(simulation.asked);
    nightly(simulation, 3);
    expect(published(simulation)).not.toContain('ksk1');
    // The first night that sees the move: whoever still has the set of both DS can use the new one.
    expect(simulation.state.keys[0]!.removed! - moved).toBe(DAY);
    expect(simulation.violations).toEqual([]);
  });

  test('a DS that never comes does not take the zone down: it validates a year later', () => {
    const simulation = newZone();
    nightly(simulation, 83 + 365);
    expect(simulation.violations).toEqual([]);
    expect(simulation.dsAtParent.map(({ key }) => key)).toEqual([simulation.state.keys[0]!.dnskey]);
    expect(published(simulation)).toContain('ksk1');
    expect(simulation.state.rollovers).toMatchObject([{ name: 'ksk-double-ksk', step: 1 }]);
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'parent', keyTags: [4] } }]);
    // Its ZSKs go on all the same.
    expect(
      simulation.state.keys.filter(({ role, removed }) => role === 'zsk' && removed !== undefined),
    ).toHaveLength(5);
  });

  test('two years in which the operator does what he is asked, on the day', () => {
    const simulation = newZone();
    nightly(simulation, 2 * 365, () => {
      if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
        simulation.changeDs(simulation.asked);
    });
    expect(simulation.violations).toEqual([]);
    expect(simulation.refused).toBe(0);
    const removed = (role: string): number =>
      simulation.state.keys.filter((key) => key.role === role && key.removed !== undefined).length;
    expect([removed('ksk'), removed('zsk')]).toEqual([8, 8]);
  });
});
