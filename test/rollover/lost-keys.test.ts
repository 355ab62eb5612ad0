import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { Role } from '../../src/keys/roles.ts';
import { pass, run } from './passing-time.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

const ZONE = { maxTtl: 2 * HOUR, negativeTtl: HOUR, propagation: 3 * HOUR };
const PARENT = { ttl: DAY, lag: HOUR };
const UNLIMITED = { kskLifetime: 'unlimited', zskLifetime: 'unlimited' } as const;
const IPUB = 3 * HOUR + HOUR + HOUR;
const IRET_KEYS = 3 * HOUR + HOUR + HOUR;
const IRET_DATA = 3 * HOUR + 2 * HOUR + HOUR;
/** From the change at the parent until nobody has the DS set before: the slowest of its servers, propagation, TTL, margin. */
const DS = PARENT.lag + HOUR + DAY + HOUR;

/** A zone in its ordinary life. */
function ordinaryZone(policy: Partial<Policy> = {}): Simulation {
  const simulation = new Simulation({ ...DEFAULT_POLICY, ...UNLIMITED, ...policy }, ZONE, PARENT);
  simulation.startUnsigned();
  pass(simulation, 2 * DAY);
  simulation.changeDs(simulation.asked);
  pass(simulation, 4 * DAY);
  expect(simulation.state.rollovers).toEqual([]);
  return simulation;
}

/** The operator does what he is asked for at once. Returns when each decision was taken, in seconds from now. */
function replaceAtOnce(simulation: Simulation, base: string): number[] {
  const start = simulation.time;
  const from = simulation.log.length;
  simulation.onUnnoticed = (serial) => {
    simulation.forceTransfer();
    simulation.establish(serial);
  };
  simulation.replaceAtOnce(base);
  for (let turn = 0; turn < 20 && simulation.state.rollovers.length > 0; turn++) {
    run(simulation);
    if (simulation.waits.some(({ reason }) => reason.kind === 'parent')) {
      simulation.changeDs(simulation.asked);
      simulation.time += PARENT.lag;
    } else if (simulation.waits.length > 0)
      simulation.time = Math.min(...simulation.waits.map(({ until }) => until));
  }
  return simulation.log
    .slice(from)
    .filter((line) => line.includes(' decided '))
    .map((line) => Math.round(Number(line.split(' ')[0]) * DAY) - (start - 1_800_000_000))
    .map((seconds) => Math.round(seconds / HOUR) * HOUR);
}

function baseOf(simulation: Simulation, role: Role): string {
  return simulation.keysInUse.find((key) => key.role === role)!.base;
}

describe('a lost key', () => {
  test.each<[Role, Partial<Policy>]>([
    ['ksk', {}],
    ['zsk', {}],
    ['csk', { keys: 'csk' }],
  ])('(%s) of which nobody knows better stays, with its signatures', (role, policy) => {
    const simulation = ordinaryZone(policy);
    const { serial } = simulation;
    simulation.lose(baseOf(simulation, role));
    pass(simulation, 9 * DAY);
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.serial).toBe(serial);
    expect(simulation.violations).toEqual([]);
  });

  test('stops a rollover at the step that needs it', () => {
    const simulation = ordinaryZone();
    simulation.lose(baseOf(simulation, 'ksk'));
    simulation.replace('zsk');
    run(simulation);
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'lost' }, until: Infinity }]);
  });

  test('does not stop one that can do without it', () => {
    const simulation = ordinaryZone();
    simulation.replace('zsk');
    run(simulation);
    simulation.lose(baseOf(simulation, 'zsk'));
    pass(simulation, 8 * DAY);
    expect(simulation.state.rollovers).toEqual([]);
    expect([simulation.violations, simulation.unable]).toEqual([[], 0]);
  });
});

describe('the replacement of a lost', () => {
  test.each<[string, Role[], Partial<Policy>, string, number[]]>([
    ['KSK is double-DS', ['ksk'], {}, 'lost-ksk', [0, DS, DS + IRET_KEYS]],
    ['ZSK begins under the old SOA', ['zsk'], {}, 'lost-zsk', [0, IPUB, IPUB + IRET_DATA]],
    [
      'CSK begins at the parent, and then under the old SOA',
      ['csk'],
      { keys: 'csk' },
      'lost-csk',
      [0, DS, DS + IPUB, DS + IPUB, DS + IPUB + IRET_DATA],
    ],
    [
      'KSK and ZSK is that of a CSK',
      ['ksk', 'zsk'],
      {},
      'lost-csk',
      [0, DS, DS + IPUB, DS + IPUB, DS + IPUB + IRET_DATA],
    ],
  ])('%s', (_, roles, policy, name, dates) => {
    const simulation = ordinaryZone(policy);
    const bases = roles.map((role) => baseOf(simulation, role));
    for (const base of bases) simulation.lose(base);
    const { serial } = simulation;
    simulation.replaceAtOnce(bases[0]!);
    expect(simulation.state.rollovers).toMatchObject([{ name, old: bases }]);
    simulation.state = { ...simulation.state, rollovers: [] };
    expect(replaceAtOnce(simulation, bases[0]!)).toEqual(dates);
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.violations).toEqual([]);
    expect(simulation.unable).toBe(0);
    expect(simulation.keysInUse.map(({ base }) => base)).not.toEqual(expect.arrayContaining(bases));
    expect(simulation.serial).toBeGreaterThan(serial);
  });

  test('ZSK waits until somebody says that the transfers were forced', () => {
    const simulation = ordinaryZone();
    const { serial } = simulation;
    simulation.lose(baseOf(simulation, 'zsk'));
    simulation.replaceAtOnce(baseOf(simulation, 'zsk'));
    pass(simulation, 5 * DAY);
    expect(simulation.waits).toMatchObject([
      { reason: { kind: 'served', serial, isTransferForced: true }, until: Infinity },
    ]);
    expect([simulation.serial, simulation.violations]).toEqual([serial, []]);
    simulation.forceTransfer();
    simulation.establish(serial);
    run(simulation);
    expect(simulation.waits[0]!.until - simulation.time).toBe(IPUB);
    pass(simulation, IPUB);
    expect(simulation.serial).toBeGreaterThan(serial);
    expect(simulation.violations).toEqual([]);
  });
});

describe('in the middle of', () => {
  /** The operator does what he is asked for at once, until nothing is in progress. */
  function untilDone(simulation: Simulation): void {
    simulation.onUnnoticed = (serial) => {
      simulation.forceTransfer();
      simulation.establish(serial);
    };
    for (let turn = 0; turn < 200; turn++) {
      run(simulation);
      if (simulation.state.rollovers.length === 0) break;
      if (simulation.waits.some(({ reason }) => reason.kind === 'parent')) {
        simulation.changeDs(simulation.asked);
        simulation.time += PARENT.lag;
      } else {
        const ends = simulation.waits.map(({ until }) => until).filter((until) => until > simulation.time);
        simulation.time = Math.min(simulation.time + DAY, ...ends);
      }
    }
    expect(simulation.state.rollovers).toEqual([]);
    expect([simulation.violations, simulation.unable, simulation.refused]).toEqual([[], 0, 0]);
  }

  /** Runs until a rollover is at a step that waits. */
  function untilStep(simulation: Simulation, name: string, step: number): void {
    const isThere = (): boolean =>
      simulation.state.rollovers.some((rollover) => rollover.name === name && rollover.step === step);
    for (let turn = 0; turn < 50 && !isThere(); turn++) {
      run(simulation);
      simulation.time += HOUR;
    }
    expect(isThere()).toBe(true);
  }

  const algorithmsOf = (simulation: Simulation): number[] =>
    simulation.keysInUse.map(({ algorithm }) => algorithm);

  test.each([1, 2])(
    'a change of algorithm (step %i): it is withdrawn, and begins again with other keys',
    (step) => {
      const simulation = ordinaryZone();
      simulation.policy = { ...simulation.policy, algorithm: 15 };
      untilStep(simulation, 'algorithm', step);
      if (step === 2) run(simulation);
      const { base } = simulation.state.keys.find(
        ({ algorithm, role }) => algorithm === 15 && role === 'ksk',
      )!;
      simulation.lose(base);
      simulation.replaceAtOnce(base);
      expect(simulation.state.rollovers.map(({ name }) => name)).not.toContain('lost-ksk');
      untilDone(simulation);
      untilDone(simulation);
      expect(algorithmsOf(simulation)).toEqual([15, 15]);
      expect(simulation.keysInUse.map((key) => key.base)).not.toContain(base);
    },
  );

  test('a change of algorithm that waits for its DS, its new ZSK: no cache needs it once the DNSKEYs are gone', () => {
    const simulation = ordinaryZone();
    simulation.policy = { ...simulation.policy, algorithm: 15 };
    untilStep(simulation, 'algorithm', 2);
    const { base } = simulation.state.keys.find(({ algorithm, role }) => algorithm === 15 && role === 'zsk')!;
    simulation.lose(base);
    simulation.replaceAtOnce(base);
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm-withdrawal' }]);
    untilDone(simulation);
    expect(algorithmsOf(simulation)).toEqual([13, 13]);
    untilDone(simulation);
    expect(algorithmsOf(simulation)).toEqual([15, 15]);
  });

  test.each<[Policy['keys'], number, string]>([
    ['split', 2, 'new'],
    ['split', 3, 'new'],
    ['split', 4, 'old'],
    ['csk', 2, 'old'],
    ['csk', 3, 'new'],
    ['csk', 4, 'new'],
  ])('a change of algorithm (%s, at step %i), every key of both (the %s first)', (keys, step, first) => {
    const simulation = ordinaryZone({ keys });
    simulation.policy = { ...simulation.policy, algorithm: 15 };
    for (let turn = 0; turn < 200 && simulation.state.rollovers[0]?.step !== step; turn++) {
      run(simulation);
      if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
        simulation.changeDs(simulation.asked);
      simulation.time += HOUR;
    }
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm', step }]);
    const { old, new: fresh } = simulation.state.rollovers[0]!;
    const lost = first === 'old' ? [...old, ...fresh] : [...fresh, ...old];
    for (const base of lost) simulation.lose(base);
    // He is asked again for a key that left with what was taken back.
    for (const base of [...lost, ...lost]) {
      const isLeaving = simulation.state.rollovers.some(
        (rollover) => rollover.urgent === true && rollover.old.includes(base),
      );
      if (!isLeaving) simulation.replaceAtOnce(base);
    }
    untilDone(simulation);
    untilDone(simulation);
    expect(algorithmsOf(simulation)).toEqual(keys === 'csk' ? [15] : [15, 15]);
    expect(simulation.keysInUse.filter(({ base }) => lost.includes(base))).toEqual([]);
  });

  test('the replacement of a lost CSK, its successor, before that has signed anything but the DNSKEY RRset', () => {
    const simulation = ordinaryZone({ keys: 'csk' });
    const old = baseOf(simulation, 'csk');
    simulation.lose(old);
    simulation.replaceAtOnce(old);
    const isToSign = (): boolean =>
      simulation.state.rollovers.some(({ step, decided }) => step === 2 && decided !== undefined);
    simulation.onUnnoticed = (serial) => {
      simulation.forceTransfer();
      simulation.establish(serial);
    };
    for (let turn = 0; turn < 50 && !isToSign(); turn++) {
      simulation.checkParent();
      simulation.rotate();
      // The run ends before it has signed what was decided.
      if (isToSign()) break;
      if (simulation.needsSigning) simulation.sign();
      if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
        simulation.changeDs(simulation.asked);
      simulation.time += HOUR;
    }
    expect(isToSign()).toBe(true);
    const fresh = simulation.keysInUse.find(({ base }) => base !== old)!.base;
    simulation.lose(fresh);
    simulation.replaceAtOnce(fresh);
    untilDone(simulation);
    const bases = simulation.keysInUse.map(({ base }) => base);
    expect(bases).toHaveLength(1);
    expect([old, fresh]).not.toContain(bases[0]);
  });

  test('enabling, before the parent has the DS: other keys take their place', () => {
    const simulation = new Simulation({ ...DEFAULT_POLICY, ...UNLIMITED }, ZONE, PARENT);
    simulation.startUnsigned();
    pass(simulation, 2 * DAY);
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'parent' } }]);
    const base = baseOf(simulation, 'ksk');
    simulation.lose(base);
    simulation.replaceAtOnce(base);
    untilDone(simulation);
    expect(simulation.keysInUse.map((key) => key.base)).not.toContain(base);
    expect(simulation.dsAtParent).toHaveLength(1);
  });

  test('the replacement of a compromised key by one that came with the old: the old leaves first', () => {
    const simulation = ordinaryZone({ keys: 'csk' });
    const old = baseOf(simulation, 'csk');
    simulation.replace('csk');
    untilStep(simulation, 'csk', 2);
    const fresh = simulation.keysInUse.find(({ base }) => base !== old)!.base;
    simulation.lose(old);
    simulation.replaceAtOnce(fresh);
    expect(simulation.state.rollovers).toHaveLength(2);
    simulation.replaceAtOnce(old);
    untilDone(simulation);
    const bases = simulation.keysInUse.map(({ base }) => base);
    expect(bases).toHaveLength(1);
    expect([old, fresh]).not.toContain(bases[0]);
  });
});

test('double-DS waits for all the DS records that were asked for, and not for one digest alone', () => {
  const simulation = ordinaryZone({ kskRollover: 'double-ds', dsDigests: ['sha256', 'sha384'] });
  simulation.replace('ksk');
  run(simulation);
  const [first, ...others] = simulation.asked;
  const fresh = simulation.state.keys.at(-1)!;
  simulation.changeDs(
    simulation.asked.filter(({ key, digestType }) => key !== fresh.dnskey || digestType === 2),
  );
  pass(simulation, 3 * DAY);
  expect(simulation.waits).toMatchObject([{ reason: { kind: 'parent', keyTags: [fresh.keyTag] } }]);
  simulation.changeDs([first!, ...others]);
  pass(simulation, 3 * DAY);
  expect(simulation.waits).toMatchObject([{ step: { ask: 'remove-old' } }]);
  expect(simulation.violations).toEqual([]);
});

test('a lost KSK of a zone without a DS is replaced at once', () => {
  const simulation = ordinaryZone();
  simulation.changeDs([]);
  pass(simulation, 3 * DAY);
  const base = baseOf(simulation, 'ksk');
  simulation.lose(base);
  expect(replaceAtOnce(simulation, base)[0]).toBe(0);
  expect(simulation.state.rollovers).toEqual([]);
  expect(simulation.keysInUse.map((key) => key.base)).not.toContain(base);
  expect(simulation.violations).toEqual([]);
});
