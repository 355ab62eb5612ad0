import { DAY, type Simulation } from './simulation.ts';

/** A run whenever a wait is over. */
export function pass(simulation: Simulation, duration: number): void {
  const end = simulation.time + duration;
  run(simulation);
  while (simulation.time < end) {
    const moments = [end, simulation.time + DAY, ...simulation.waits.map(({ until }) => until)];
    simulation.time = Math.min(...moments.filter((moment) => moment > simulation.time));
    run(simulation);
  }
}

/** `rotate` and `sign` as often as there is something to do. */
export function run(simulation: Simulation): void {
  for (let turn = 0; turn < 5; turn++) {
    simulation.checkParent();
    simulation.rotate();
    if (!simulation.needsSigning) break;
    simulation.sign();
  }
  simulation.check();
}
