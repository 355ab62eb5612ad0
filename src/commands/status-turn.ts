import { newestPublication } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import type { Rollover, RotationState } from '../rollover/state.ts';
import type { ZoneSettings } from './configuration.ts';
import { registrarName } from './registrar/registrar.ts';
import type { RolloverReport, Task } from './status-report.ts';

type TurnSettings = Pick<ZoneSettings, 'registrar' | 'parentFollowsCds' | 'policy'>;

/**
 * Whose turn it is while a rollover waits for another DS at the parent: the operator's, until the registrar has been told. From then on, or where
 * the parent takes the DS from the zone's CDS (RFC 7344), it is the parent's.
 */
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
      : { ...report, task: taskOf(task, decided, state, settings, label) };
  });
}

function taskOf(
  task: Task,
  asked: NonNullable<Rollover['decided']>,
  state: RotationState,
  { registrar, parentFollowsCds, policy }: TurnSettings,
  label: string,
): Task {
  if (registrar !== undefined && wasTold(registrarName(registrar), asked, state))
    return parentsTurn(task, `${registrarName(registrar)} has been told`, policy);
  if (parentFollowsCds !== true || !policy.cds) return task;
  if ((newestPublication(state.ledger)?.since ?? -Infinity) >= asked)
    return parentsTurn(task, 'the CDS records of the zone ask it to', policy);
  return {
    ...task,
    actor: 'zonewright',
    todo: 'sign the zone, whose CDS records then ask the parent',
    nextCommand: `zonewright rotate ${label} --sign`,
    isReport: false,
  };
}

/** A run that looks at the parent needs no word of what it sees. */
function parentsTurn(task: Task, why: string, { checkParent }: Pick<Policy, 'checkParent'>): Task {
  return {
    ...task,
    actor: 'parent',
    what: `${task.what}; ${why}`,
    ...(checkParent ? { nextCommand: undefined, isReport: false } : {}),
  };
}

/** Whether the registrar got the event, or `ds --push` asked it. */
function wasTold(registrar: string, since: number, { audit }: RotationState): boolean {
  return audit.some(
    ({ time, what }) =>
      time >= since &&
      (what.startsWith(`told ${registrar} of `) || what.startsWith(`asked ${registrar} to `)),
  );
}
