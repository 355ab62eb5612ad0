import { expect } from '@jest/globals';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { DsRecord } from '../../src/rollover/validation.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

export const ZONE = { maxTtl: DAY, negativeTtl: HOUR, propagation: HOUR };
export const PARENT = { ttl: DAY, lag: HOUR };

/** A DS of a key that nobody has. */
export const STALE: DsRecord = { algorithm: 13, digestType: 2, key: undefined };

type AfterNight = (simulation: Simulation) => void;

/** A zone that is well, a few days after its first DS. */
export function signedZone(policy: Partial<Policy> = {}, afterEach?: AfterNight): Simulation {
  const simulation = new Simulation({ ...DEFAULT_POLICY, ...policy }, ZONE, PARENT);
  simulation.startUnsigned();
  nightly(simulation, 10, true, afterEach);
  expect(simulation.state.rollovers).toEqual([]);
  expect(simulation.violations).toEqual([]);
  return simulation;
}

/** Nights of `rotate` and `sign`. An operator who obeys does what he is asked at once. */
export function nightly(
  simulation: Simulation,
  days: number,
  obeys = false,
  afterEach: AfterNight = () => undefined,
): void {
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
    afterEach(simulation);
  }
}
