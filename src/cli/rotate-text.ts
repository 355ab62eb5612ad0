import type { RotateResult, RotateWait } from '../commands/rotation-result.ts';
import { printTime } from '../dns/time.ts';

/** How a run is told: with `quiet` what was done and what somebody has to do, but nothing that only takes its time. */
export interface RotateTelling {
  readonly quiet: boolean;
  /** Whether all that was done only would be. */
  readonly dryRun: boolean;
}

/** What a person reads of a run. */
export function rotateText(result: RotateResult, { quiet, dryRun }: RotateTelling): string {
  const lines: string[] = [];
  const waits = quiet ? result.waits.filter(needsSomebody) : result.waits;
  for (const { rollover, what } of result.done) lines.push(`${result.zone} ${rollover}: ${what}`);
  for (const { rollover, what, nextCommand } of waits) {
    const isLater = dryRun && result.done.some((done) => done.rollover === rollover);
    lines.push(`${result.zone} ${rollover}${isLater ? ', afterwards' : ''}: ${what}`);
    if (nextCommand !== undefined) lines.push(`  then: ${nextCommand}`);
  }
  for (const { base, firstExpiration, nextCommand } of result.lostKeys) {
    const end =
      firstExpiration === undefined
        ? 'nothing in the zone is signed by it'
        : `the first of its signatures runs out at ${printTime(firstExpiration)}`;
    const replaced = nextCommand === undefined ? ', and it is being replaced' : '';
    lines.push(`${result.zone} the private key of ${base} is lost: ${end}${replaced}`);
    if (nextCommand !== undefined) lines.push(`  then: restore it, or ${nextCommand}`);
  }
  const isPlanAlone = result.plan !== undefined && result.done.length === 0;
  if (!quiet && !isPlanAlone && result.waits.length === 0 && result.next !== undefined) {
    const when = Number.isFinite(result.next.at) ? printTime(result.next.at) : 'now';
    lines.push(`${result.zone} next: ${result.next.rollover}, ${when}`);
  }
  for (const { time, rollover, what, actor, keys } of result.plan ?? []) {
    lines.push(
      `${printTime(time)}  ${actor.padEnd(10)}  ${rollover}: ${what}${keys.length === 0 ? '' : ` (${keys.join(', ')})`}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** What the parent does by itself, and the next run sees by itself, needs nobody. */
function needsSomebody({ actor, nextCommand }: RotateWait): boolean {
  return actor !== 'none' && !(actor === 'parent' && nextCommand === undefined);
}

/** A zone in `schemas/rotate.schema.json`. */
export function rotateDocument({
  keys,
  lostKeys,
  plan,
  timeline: _,
  waits,
  next,
  ...result
}: RotateResult): object {
  return {
    ...result,
    done: result.done.map(({ rollover, what }) => ({ rollover, what })),
    waits: waits.map(({ until, nextCommand = null, asked: _, ...wait }) => ({
      ...wait,
      nextCommand,
      until: until === undefined ? null : printTime(until),
    })),
    next:
      next === undefined
        ? null
        : { rollover: next.rollover, at: Number.isFinite(next.at) ? printTime(next.at) : null },
    keys: keys.map(({ base, keyTag, algorithm, role, use }) => ({ base, keyTag, algorithm, role, ...use })),
    lostKeys: lostKeys.map(({ base, firstExpiration, nextCommand = null }) => ({
      base,
      nextCommand,
      firstExpiration: firstExpiration === undefined ? null : printTime(firstExpiration),
    })),
    ...(plan === undefined
      ? {}
      : { plan: plan.map(({ time, ...entry }) => ({ time: printTime(time), ...entry })) }),
  };
}
