import type { RotationState } from '../rollover/state.ts';
import { turnAtParent, type TurnSettings } from './parent-turn.ts';
import type { RolloverReport, Task } from './status-report.ts';

/** The reports with the turns of those rollovers that wait for another DS at the parent. */
export function withTurns(
  reports: readonly RolloverReport[],
  state: RotationState,
  settings: TurnSettings,
  label: string,
): RolloverReport[] {
  return reports.map((report, index) => {
    const { task } = report;
    const { decided } = state.rollovers[index]!;
    // Only what the parent has to do is to be reported.
    return task.isReport !== true || decided === undefined
      ? report
      : { ...report, task: withTurn(task, decided, state, settings, label) };
  });
}

function withTurn(
  task: Task,
  asked: number,
  state: RotationState,
  settings: TurnSettings,
  label: string,
): Task {
  const { what, nextCommand } = task;
  const turn = turnAtParent({ actor: 'operator', what, nextCommand }, asked, state, settings, label);
  if (turn.actor === 'zonewright')
    return {
      ...task,
      ...turn,
      todo: 'sign the zone, whose CDS records then ask the parent',
      isReport: false,
    };
  return { ...task, ...turn, isReport: turn.nextCommand !== undefined };
}
