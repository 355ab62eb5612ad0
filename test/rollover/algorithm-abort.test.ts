import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { pass, run } from './passing-time.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

// `rotate --abort` of a change of algorithm whose DNSKEYs are out: the way back is proven like every other.

const ZONE = { maxTtl: 2 * HOUR, negativeTtl: HOUR, propagation: 3 * HOUR };
const PARENT = { ttl: DAY, lag: HOUR };
/** Iret of the DNSKEY RRset: Dprp + TTLkey, and the margin. */
const IRET_KEYS = 3 * HOUR + HOUR + HOUR;
/** Iret of the DS: DprpP + TTLds, and the margin. */
const IRET_DS = HOUR + DAY + HOUR;
const OLD = 13;
const NEW = 15;

/** A zone whose change of algorithm is at a step. */
function changing(step: number, policy: Partial<Policy>): Simulation {
  const lives = { kskLifetime: 'unlimited', zskLifetime: 'unlimited' } as const;
  const simulation = new Simulation({ ...DEFAULT_POLICY, ...lives, ...policy }, ZONE, PARENT);
  simulation.startUnsigned();
  pass(simulation, 2 * DAY);
  simulation.changeDs(simulation.asked);
  pass(simulation, 4 * DAY);
  simulation.policy = { ...simulation.policy, algorithm: NEW };
  const isThere = (): boolean =>
    simulation.state.rollovers.some(({ name, step: at }) => name === 'algorithm' && at === step);
  for (let turn = 0; turn < 50 && !isThere(); turn++) {
    run(simulation);
    simulation.time += HOUR;
  }
  expect(isThere()).toBe(true);
  return simulation;
}

function algorithmOf(dnskey: string): number {
  return Number(dnskey.split(' ')[2]);
}

/** The algorithms of the DNSKEYs and of the signatures over the records in the newest version. */
function published(simulation: Simulation): { keys: number[]; signatures: number[] } {
  const { keySet, data } = simulation.state.ledger.publications.at(-1)!;
  const distinct = (keys: readonly string[]): number[] => [...new Set(keys.map(algorithmOf))].sort();
  return { keys: distinct(keySet.keys), signatures: distinct(data.signerSets.flat()) };
}

/** Runs until nothing is in progress. Returns when DNSKEYs and signatures of the new algorithm left, in seconds from now. */
function untilTakenBack(simulation: Simulation): [number, number] {
  const start = simulation.time;
  // What is wanted is the old algorithm again.
  simulation.policy = { ...simulation.policy, algorithm: OLD };
  let [keys, signatures] = [Infinity, Infinity];
  for (let turn = 0; turn < 300 && simulation.state.rollovers.length > 0; turn++) {
    run(simulation);
    const now = published(simulation);
    if (!now.keys.includes(NEW)) keys = Math.min(keys, simulation.time - start);
    if (!now.signatures.includes(NEW)) signatures = Math.min(signatures, simulation.time - start);
    expect(simulation.waits.filter(({ reason }) => reason.kind === 'parent')).toEqual([]);
    const ends = simulation.waits.map(({ until }) => until).filter((until) => until > simulation.time);
    simulation.time = Math.min(simulation.time + DAY, ...ends);
  }
  pass(simulation, 3 * DAY);
  expect(simulation.state.rollovers).toEqual([]);
  expect(published(simulation)).toEqual({ keys: [OLD], signatures: [OLD] });
  expect([simulation.violations, simulation.refused]).toEqual([[], 0]);
  expect(
    simulation.state.wantedDs.map(
      (base) => simulation.state.keys.find((key) => key.base === base)!.algorithm,
    ),
  ).toEqual([OLD]);
  return [keys, signatures];
}

describe.each(['split', 'csk'] as const)('a change of algorithm (%s)', (keys) => {
  test('whose DNSKEYs caches begin to hold: they leave at once, the signatures when no cache has them', () => {
    const simulation = changing(2, { keys });
    run(simulation);
    expect(published(simulation)).toEqual({ keys: [OLD, NEW], signatures: [OLD, NEW] });
    expect(simulation.state.rollovers[0]!.decided).toBeUndefined();
    expect(simulation.abort()).toBe(true);
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm-withdrawal', step: 2 }]);
    expect(untilTakenBack(simulation)).toEqual([0, IRET_KEYS]);
  });

  test('whose new DS was asked for: not before it is seen, or said, not to be there', () => {
    const simulation = changing(2, { keys, checkParent: false });
    while (simulation.state.rollovers[0]!.decided === undefined) pass(simulation, HOUR);
    expect(simulation.abort()).toBe(false);
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm' }]);
    const anchor = simulation.asked.find(({ algorithm }) => algorithm === NEW)!;
    simulation.confirmWithdrawn(anchor.key!);
    expect(simulation.abort()).toBe(true);
    // Nobody has said that the old one is there still, which could be replaced.
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm-withdrawal', step: 0 }]);
    // It was possible until it was said not to be there.
    expect(untilTakenBack(simulation)).toEqual([IRET_DS, IRET_DS + IRET_KEYS]);
  });

  test('whose new DS stands beside the old: that leaves first', () => {
    const simulation = changing(2, { keys });
    while (simulation.state.rollovers[0]!.decided === undefined) pass(simulation, HOUR);
    const [old, fresh] = [OLD, NEW].map((algorithm) =>
      simulation.asked.find((ds) => ds.algorithm === algorithm)!,
    );
    simulation.changeDs([old!, fresh!]);
    simulation.time += PARENT.lag;
    simulation.checkParent();
    expect(simulation.abort()).toBe(false);
    simulation.changeDs([old!]);
    simulation.time += PARENT.lag;
    simulation.checkParent();
    expect(simulation.abort()).toBe(true);
    // Whoever was asked for it hears that it must not come.
    expect(simulation.state.rollovers).toMatchObject([{ name: 'algorithm-withdrawal', step: 1 }]);
    expect(untilTakenBack(simulation)).toEqual([IRET_DS, IRET_DS + IRET_KEYS]);
  });

  test('whose old DS is gone goes on', () => {
    const simulation = changing(2, { keys });
    while (simulation.state.rollovers[0]!.decided === undefined) pass(simulation, HOUR);
    simulation.changeDs(simulation.asked.filter(({ algorithm }) => algorithm === NEW));
    pass(simulation, DAY);
    expect(simulation.abort()).toBe(false);
    pass(simulation, 5 * DAY);
    expect(simulation.state.rollovers).toEqual([]);
    expect(published(simulation)).toEqual({ keys: [NEW], signatures: [NEW] });
    expect(simulation.violations).toEqual([]);
  });

  test('that is not published yet, but signed, is as it was with the next version', () => {
    const simulation = changing(1, { keys });
    expect(published(simulation)).toEqual({ keys: [OLD], signatures: [OLD, NEW] });
    expect(simulation.abort()).toBe(true);
    expect(simulation.state.rollovers).toEqual([]);
    simulation.policy = { ...simulation.policy, algorithm: OLD };
    run(simulation);
    expect(published(simulation)).toEqual({ keys: [OLD], signatures: [OLD] });
    expect(simulation.violations).toEqual([]);
  });
});

test('where the policy goes on asking for the new algorithm, the change begins again with other keys', () => {
  const simulation = changing(2, {});
  run(simulation);
  const given = simulation.keysInUse.filter(({ algorithm }) => algorithm === NEW).map(({ base }) => base);
  expect(simulation.abort()).toBe(true);
  for (let turn = 0; turn < 20; turn++) {
    pass(simulation, HOUR);
    if (simulation.waits.some(({ reason }) => reason.kind === 'parent'))
      simulation.changeDs(simulation.asked);
    pass(simulation, DAY);
  }
  expect(simulation.state.rollovers).toEqual([]);
  expect(published(simulation)).toEqual({ keys: [NEW], signatures: [NEW] });
  expect(simulation.keysInUse.filter(({ base }) => given.includes(base))).toEqual([]);
  expect(simulation.violations).toEqual([]);
});
