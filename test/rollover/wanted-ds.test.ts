import { expect, test } from '@jest/globals';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { NOT_PUBLISHED, proveWanted } from '../../src/rollover/wanted-ds.ts';
import { PARENT, ZONE } from './nights.ts';
import { HOUR, Simulation } from './simulation.ts';

test('a first DS is given out by `ds` from the minute on in which a run asks the parent for it, and no sooner', () => {
  const simulation = new Simulation(DEFAULT_POLICY, ZONE, PARENT);
  simulation.startUnsigned();
  simulation.rotate();
  expect(proveWanted(simulation.state, simulation.policy, simulation.clock)).toBe(NOT_PUBLISHED);
  simulation.sign();
  let waited = 0;
  for (let isAsked = false; !isAsked; waited++) {
    simulation.time += HOUR / 6;
    const { safe } = proveWanted(simulation.state, simulation.policy, simulation.clock);
    simulation.rotate();
    isAsked = simulation.state.wantedDs.length > 0;
    expect([waited, safe]).toEqual([waited, isAsked]);
  }
  expect(waited).toBeGreaterThan(6);
});
