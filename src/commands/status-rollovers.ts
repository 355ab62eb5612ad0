import { dueRollovers } from '../rollover/due.ts';
import type { Decision, Wait } from '../rollover/step-outcome.ts';
import { advance } from '../rollover/engine.ts';
import type { PlanEntry } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';
import { ROLLOVERS, type Step } from '../rollover/rollovers.ts';
import type { Rollover, RotationState } from '../rollover/state.ts';
import { rolloverTitle } from '../rollover/words.ts';
import { waitInWords } from './rotation-result.ts';
import type { RolloverReport, StepReport, Task } from './status-report.ts';

/** What a task is written with. */
export interface TaskNames {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly zoneFile?: string | undefined;
  /** As commands name it. */
  readonly label: string;
}

/** Rollovers as they stand, and what each waits for. */
export function rolloverReports(
  state: RotationState,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string>,
  plan: readonly PlanEntry[],
  names: TaskNames,
): RolloverReport[] {
  const { state: ahead, decisions, waits } = advance(state, policy, now, lost);
  return state.rollovers.map((rollover) => {
    const due = decisions.find(
      (decision) => decision.kind === 'decided' && isSame(decision.rollover, rollover),
    );
    const wait = waits.find((candidate) => isSame(candidate.rollover, rollover));
    const current = ahead.rollovers.find((other) => isSame(other, rollover));
    const { title, reference, steps } = ROLLOVERS[rollover.name];
    const at = due === undefined ? (current?.step ?? steps.length) : stepOf(due);
    return {
      name: rollover.name,
      title,
      reference,
      started: rollover.started,
      steps: steps.map((step, index) => stepReport(step, index, at, title, plan, current?.decided)),
      task:
        due !== undefined || wait === undefined
          ? dueTask(due, names)
          : waitTask(wait, rollover, policy, names),
    };
  });
}

function isSame(a: Rollover, b: Rollover): boolean {
  return a.started === b.started && a.name === b.name;
}

function stepOf({ rollover, step }: Decision): number {
  return ROLLOVERS[rollover.name].steps.indexOf(step);
}

function stepReport(
  step: Step,
  index: number,
  current: number,
  title: string,
  plan: readonly PlanEntry[],
  decided: number | undefined,
): StepReport {
  if (index < current) return { does: step.does, state: 'done', at: undefined };
  // What was decided is behind the plan, which knows it only of the rollover after this.
  if (index === current && decided !== undefined) return { does: step.does, state: 'now', at: undefined };
  const at = plan.find(({ rollover, what }) => rollover === title && what === step.does)?.time;
  return { does: step.does, state: index === current ? 'now' : 'to come', at };
}

/** Nothing speaks against it any more: the next run does it. */
function dueTask(due: Decision | undefined, { label }: TaskNames): Task {
  const todo = due === undefined ? 'finish it' : due.step.does;
  return {
    actor: 'zonewright',
    what: `waiting for the next run, which will ${todo}`,
    todo,
    nextCommand: `zonewright rotate ${label} --sign`,
  };
}

function waitTask(wait: Wait, rollover: Rollover, policy: Policy, names: TaskNames): Task {
  const { what, until, actor, nextCommand } = waitInWords(wait, names);
  const { reason, step } = wait;
  if (reason.kind === 'parent') {
    const decided = rollover.decided ?? rollover.started;
    return {
      actor,
      what,
      todo: `${step.does} (key ${reason.keyTags.join(', ')})`,
      notBefore: decided,
      deadline: decided + (rollover.agreed === undefined ? policy.rotationPeriod : 0),
      nextCommand,
      isReport: true,
    };
  }
  if (reason.kind === 'publication') return { actor, what, todo: 'sign the zone', nextCommand };
  if (reason.kind === 'served') return { actor, what, todo: 'say when every server has it', nextCommand };
  return { actor, what, notBefore: until, nextCommand };
}

/** The next rollover that begins by itself. */
export function nextRollover(
  state: RotationState,
  policy: Policy,
): { readonly title: string; readonly at: number } | undefined {
  const [due] = dueRollovers(state, policy);
  return due === undefined ? undefined : { title: rolloverTitle(due.name), at: due.at };
}
