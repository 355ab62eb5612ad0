import { describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../src/rollover/ledger.ts';
import { ROLLOVERS } from '../../src/rollover/rollovers.ts';
import { runSchedule } from './schedule.ts';

/** How many schedules are run; `npm run soak` runs more of them. */
const SCHEDULES = Number(process.env['SOAK'] ?? 2000);

const BATCH = 100;

const batches = Array.from({ length: Math.ceil(SCHEDULES / BATCH) }, (_, index) => index * BATCH + 1);

describe(`${SCHEDULES} random schedules of two years each`, () => {
  const finished = new Map<string, number>();

  test.each(batches)('seeds from %i', (first) => {
    for (let seed = first; seed < first + BATCH; seed++) {
      const outcome = runSchedule(seed);
      const { violations, requestViolations, log } = outcome.simulation;
      // A clock that goes back between a decision and its signing makes `sign` wait; nothing else does.
      const refused = log.some((line) => line.includes(' clock ')) ? 0 : outcome.simulation.refused;
      // The log tells the whole story of a schedule that fails.
      const story =
        violations.length + requestViolations.length + outcome.hanging.length + refused === 0 ? [] : log;
      expect({ seed, violations, requestViolations, hanging: outcome.hanging, refused, story }).toEqual({
        seed,
        violations: [],
        requestViolations: [],
        hanging: [],
        refused: 0,
        story: [],
      });
      for (const [name, times] of outcome.finished) finished.set(name, (finished.get(name) ?? 0) + times);
    }
  });

  test('finish every kind of rollover many times', () => {
    // A swap at once breaks somebody: `at-once.test.ts` has it.
    for (const name of Object.keys(ROLLOVERS).filter((name) => !name.endsWith('-swap'))) {
      // It takes a key that is lost at the worst time, or an operator who thinks otherwise in time.
      const least = name === 'algorithm-withdrawal' ? SCHEDULES / 500 : SCHEDULES / 20;
      expect([name, (finished.get(name) ?? 0) > least]).toEqual([name, true]);
    }
  });
});

describe('the resolvers notice when the engine', () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

  const withPublication = (change: Partial<Ledger['publications'][number]>) => {
    return ({ publications, parent }: Ledger): Ledger => ({
      publications: publications.map((publication) => ({ ...publication, ...change })),
      parent,
    });
  };
  const withParent = (change: Partial<Ledger['parent'][number]>) => {
    return ({ publications, parent }: Ledger): Ledger => ({
      publications,
      parent: parent.map((version) => ({ ...version, ...change })),
    });
  };

  test.each<[string, (ledger: Ledger) => Ledger]>([
    [
      'forgets all that was replaced',
      ({ publications, parent }) => ({
        publications: publications.slice(
          publications.findLastIndex(({ established }) => established !== undefined),
        ),
        parent: parent.filter(({ replaced }) => replaced === undefined),
      }),
    ],
    ['forgets that DNSKEYs are cached', withPublication({ dnskeyTtl: 0 })],
    ['forgets that records are cached', withPublication({ maxTtl: 0 })],
    ['forgets that secondaries are slow', withPublication({ propagation: 0 })],
    ['forgets that DS are cached', withParent({ ttl: 0 })],
    ['forgets that the secondaries of the parent are slow', withParent({ propagation: 0 })],
    [
      'takes every version for served as soon as it is written',
      ({ publications, parent }) => ({
        publications: publications.map((publication) => ({ established: publication.since, ...publication })),
        parent,
      }),
    ],
    [
      'takes every offer to the parent for taken up',
      ({ publications, parent }) => ({
        publications,
        parent: parent.filter(({ replaced }, i) => replaced !== undefined || i === parent.length - 1),
      }),
    ],
  ])('%s', (_, distort) => {
    const harmed = seeds.find((seed) => runSchedule(seed, distort).simulation.violations.length > 0);
    expect(harmed).toBeDefined();
  });
});
