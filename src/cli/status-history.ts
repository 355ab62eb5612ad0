import type { AuditEntry } from '../rollover/state.ts';
import { printTime } from '../dns/time.ts';
import { folded } from './text-layout.ts';
import type { ScreenStyle } from './screen.ts';
import { printMinute } from './timeline-axis.ts';

/** The audit trail, oldest first: when, who, what; below that to which key, with which serial, and why. */
export function historyText(
  history: readonly AuditEntry[],
  { width, isTerminal, paint }: ScreenStyle,
): string {
  const indent = ' '.repeat('2026-12-01 10:05 UTC  '.length);
  const limit = isTerminal ? width : Infinity;
  return history
    .flatMap(({ time, what, why, actor, keys = [], serial, outcome, forced }) => {
      const head = `${printMinute(time)}  ${actor === undefined ? '' : `${actor}: `}${what}${outcome === undefined ? '' : ` [${outcome}]`}${forced === true ? ' [forced]' : ''}`;
      const about = [
        ...(keys.length === 0 ? [] : [keys.join(', ')]),
        ...(serial === undefined ? [] : [`serial ${serial}`]),
        why,
      ];
      return [
        ...folded(head, limit, indent),
        ...folded(about.join('; '), limit - indent.length, '').map((line) => paint.dim(`${indent}${line}`)),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** The same for JSON. */
export function historyDocument(zone: string, history: readonly AuditEntry[]): object {
  return {
    zone,
    history: history.map(
      ({ time, what, why, actor = null, keys = [], serial = null, outcome = null, forced = false }) => ({
        time: printTime(time),
        actor,
        what,
        why,
        keys,
        serial,
        outcome,
        forced,
      }),
    ),
  };
}
