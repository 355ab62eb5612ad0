import { describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/keys/roles.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { Witness } from '../../src/rollover/proof.ts';
import { abortRollover } from '../../src/rollover/abort.ts';
import type { Violation } from './resolver-model.ts';
import { DAY, HOUR, MINUTE, Simulation, type ZoneNature } from './simulation.ts';

// `--emergency TAG --at-once`: what the independent resolvers see broken is what was told, and nothing else, for as long.

const ZONE: ZoneNature = { maxTtl: 2 * HOUR, negativeTtl: HOUR, propagation: HOUR };
const PARENT = { ttl: DAY, lag: HOUR };
const STEP = 10 * MINUTE;

function signedZone(policy: Partial<Policy> = {}, zone = ZONE): Simulation {
  const simulation = new Simulation({ ...DEFAULT_POLICY, ...policy }, zone, PARENT);
  simulation.startUnsigned();
  nightly(simulation, 3);
  simulation.changeDs(simulation.asked);
  nightly(simulation, 5);
  expect(simulation.state.rollovers).toEqual([]);
  expect(simulation.violations).toEqual([]);
  return simulation;
}

/** Nights of `rotate --sign` by an operator who does what he is asked by the next morning. */
function nightly(simulation: Simulation, days: number): void {
  for (let day = 0; day < days; day++) {
    simulation.time += DAY;
    simulation.checkParent();
    run(simulation);
    if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
      simulation.changeDs(simulation.asked);
    simulation.check();
  }
}

/** `rotate --sign` */
function run(simulation: Simulation): void {
  simulation.rotate();
  while (simulation.needsSigning && simulation.refused === 0) {
    simulation.sign();
    simulation.rotate();
  }
}

function keyOf(simulation: Simulation, role: Role): string {
  return simulation.keysInUse.find((key) => key.role === role)!.base;
}

/** What is broken now, by the cached versions. */
function broken(simulation: Simulation): Violation[] {
  return simulation.world.violations(simulation.time);
}

/** Whether somebody who is told of here holds this combination. */
function isTold(told: readonly Witness[], time: number, violation: Violation, dsBefore: string): boolean {
  return told.some(
    ({ held, until }) =>
      time < until &&
      held.every(({ part, source }) =>
        source.kind === 'parent'
          ? violation.ds === dsBefore
          : (part === 'keys' ? violation.dnskey : violation.data).startsWith(`serial ${source.serial} `),
      ),
  );
}

describe.each([
  ['zsk', {}],
  ['ksk', {}],
  ['csk', { keys: 'csk' }],
] as const)('a compromised %s', (role, policy) => {
  // The DNSKEY RRset and the records stay in caches for different times, each the longer one once.
  test.each([2 * HOUR, 20 * MINUTE])(
    'is out of the next version, and breaks whom was told (TTL %d)',
    (maxTtl) => {
      const simulation = signedZone(policy, { ...ZONE, maxTtl });
      const base = keyOf(simulation, role);
      const dsBefore = simulation.world.ds.map(({ digest }) => `13/2 ${digest}`).join(' + ');
      simulation.time += HOUR;
      const start = simulation.time;
      const told = simulation.swapAtOnce(base);
      expect(told.length).toBe(role === 'csk' ? 3 : 2);
      run(simulation);
      expect(simulation.refused).toBe(0);
      expect(simulation.keysInUse.map((key) => key.base)).not.toContain(base);
      if (role !== 'zsk') {
        expect(simulation.asked.map(({ key }) => key)).toEqual([
          simulation.keysInUse.find((key) => key.role === role)!.dnskey,
        ]);
        simulation.changeDs(simulation.asked);
      }
      const end = told[0]!.until;
      const last = new Map<Witness, number>();
      for (; simulation.time < end + DAY; simulation.time += STEP) {
        for (const violation of broken(simulation)) {
          expect([violation, isTold(told, simulation.time, violation, dsBefore)]).toEqual([violation, true]);
          for (const witness of told)
            if (isTold([witness], simulation.time, violation, dsBefore)) last.set(witness, simulation.time);
        }
      }
      // Nobody is told of who does not break, or of a time that is too long.
      expect(told.map((witness) => last.get(witness))).toEqual(told.map(({ until }) => until - STEP));
      expect(start).toBeLessThan(told.at(-1)!.until);
      // The parent was seen, the rollover is over, and the next ones go their way.
      const before = simulation.violations.length;
      nightly(simulation, 400);
      expect(simulation.violations.length).toBe(before);
      expect(simulation.refused).toBe(0);
      const removed = simulation.state.keys.filter((key) => key.role === role && key.removed !== undefined);
      expect(removed.length).toBeGreaterThanOrEqual(3);
      expect(removed.map((key) => key.base)).toContain(base);
    },
  );
});

test('what waits for a parent that is late is broken until it has acted, and its old DS is out of caches', () => {
  const simulation = signedZone();
  simulation.swapAtOnce(keyOf(simulation, 'ksk'));
  run(simulation);
  simulation.time += 3 * DAY;
  run(simulation);
  expect(broken(simulation)).not.toEqual([]);
  simulation.changeDs(simulation.asked);
  const end = simulation.time + DAY + HOUR;
  simulation.time = end - 1;
  expect(broken(simulation)).not.toEqual([]);
  simulation.time = end;
  expect(broken(simulation)).toEqual([]);
  nightly(simulation, 3);
  expect(simulation.state.rollovers).toEqual([]);
});

test('a rollover in progress that takes the key away gives its successor', () => {
  const simulation = signedZone();
  const base = keyOf(simulation, 'zsk');
  simulation.replace('zsk');
  run(simulation);
  const fresh = simulation.state.keys.at(-1)!.base;
  simulation.time += 10 * HOUR;
  // Its DNSKEY is in every cache: of a swap only the records of before break.
  const told = simulation.swapAtOnce(base);
  expect(told.map(({ held }) => held.map(({ part }) => part))).toEqual([['data']]);
  run(simulation);
  expect(simulation.state.rollovers).toEqual([]);
  expect(simulation.keysInUse.filter(({ role }) => role === 'zsk').map((key) => key.base)).toEqual([fresh]);
  simulation.time = told[0]!.until - 1;
  expect(broken(simulation)).not.toEqual([]);
  simulation.time = told[0]!.until;
  expect(broken(simulation)).toEqual([]);
});

test('a rollover of another role goes on beside it, and is not part of what was agreed to', () => {
  const simulation = signedZone();
  simulation.replace('ksk');
  const told = simulation.swapAtOnce(keyOf(simulation, 'zsk'));
  run(simulation);
  expect(simulation.refused).toBe(0);
  simulation.time = told[0]!.until;
  expect(broken(simulation)).toEqual([]);
  const before = simulation.violations.length;
  nightly(simulation, 20);
  expect(simulation.state.rollovers).toEqual([]);
  expect(simulation.violations.length).toBe(before);
});

test.each(['zsk', 'ksk'] as const)(
  'in a change of algorithm the old %s alone is swapped, and that goes on',
  (role) => {
    const simulation = signedZone({ kskLifetime: 'unlimited', zskLifetime: 'unlimited' });
    simulation.policy = { ...simulation.policy, algorithm: 15 };
    nightly(simulation, 2);
    run(simulation);
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm' }]);
    const old = simulation.keysInUse.find((key) => key.role === role && key.algorithm === 13)!;
    const told = simulation.swapAtOnce(old.base);
    run(simulation);
    expect(simulation.refused).toBe(0);
    expect(simulation.state.rollovers.map(({ name }) => name)).toContain('algorithm');
    const used = simulation.keysInUse.filter((key) => key.role === role).map(({ algorithm }) => algorithm);
    expect(used.sort()).toEqual([13, 15]);
    if (role === 'ksk') simulation.changeDs(simulation.asked);
    simulation.time = told[0]!.until - 1;
    expect(broken(simulation)).not.toEqual([]);
    simulation.time = told[0]!.until;
    expect(broken(simulation)).toEqual([]);
    const before = simulation.violations.length;
    nightly(simulation, 20);
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.keysInUse.map(({ algorithm }) => algorithm)).toEqual([15, 15]);
    expect([simulation.violations.length, simulation.refused]).toEqual([before, 0]);
  },
);

describe('what was not told is refused', () => {
  test('where the parent has another DS by the time of the signing', () => {
    const simulation = signedZone();
    const [old] = simulation.dsAtParent;
    const told = simulation.swapAtOnce(keyOf(simulation, 'ksk'));
    expect(told).not.toEqual([]);
    simulation.rotate();
    // Another key of ours, which nobody has asked for, with another digest.
    simulation.changeDs([old!, { ...old!, digestType: 4 }]);
    simulation.time += 2 * HOUR;
    simulation.checkParent();
    simulation.sign();
    expect(simulation.refused).toBe(1);
    expect(broken(simulation)).toEqual([]);
    // Said again, it is told of that, too.
    simulation.refused = 0;
    simulation.swapAtOnce(old!.key!.split(' ')[3]!);
    run(simulation);
    expect(simulation.refused).toBe(0);
    expect(broken(simulation)).not.toEqual([]);
  });

  test('and until it is signed, it can be taken back', () => {
    const simulation = signedZone();
    const base = keyOf(simulation, 'zsk');
    simulation.swapAtOnce(base);
    simulation.rotate();
    const [rollover] = simulation.state.rollovers;
    const abort = abortRollover(simulation.state, rollover!, simulation.policy, simulation.clock);
    expect('state' in abort).toBe(true);
    simulation.state = (abort as { state: typeof simulation.state }).state;
    run(simulation);
    expect(simulation.keysInUse.map((key) => key.base)).toContain(base);
    expect(broken(simulation)).toEqual([]);
  });
});
