import { HEALTHS, worstHealth, type Health, type ZoneStatus } from '../commands/status-report.ts';
import { nameToText } from '../dns/name.ts';
import type { FailureObject } from './failure.ts';

/** A zone that was looked at: its status, or why that could not be found out. */
export type ZoneResult =
  | { readonly zone: string; readonly status: ZoneStatus }
  | { readonly zone: string; readonly error: FailureObject };

/** Pairs names with results, worst first: what could not be read, then by health, deadline and name. */
export function worstFirst(results: readonly ZoneResult[]): ZoneResult[] {
  const rank = (result: ZoneResult): number =>
    'error' in result ? HEALTHS.length : HEALTHS.indexOf(result.status.health);
  const needsOperator = (result: ZoneResult): number =>
    'status' in result && result.status.task?.actor === 'operator' ? 0 : 1;
  const date = (result: ZoneResult): number => ('error' in result ? 0 : dueDate(result.status));
  return [...results].sort(
    (a, b) =>
      rank(b) - rank(a) ||
      needsOperator(a) - needsOperator(b) ||
      compare(date(a), date(b)) ||
      compare(a.zone, b.zone),
  );
}

/** When something happens next; what the next run does is due at once. */
function dueDate({ task, nextRollover }: ZoneStatus): number {
  const date = task?.deadline ?? task?.notBefore;
  if (date !== undefined) return date;
  return task?.actor === 'zonewright' ? 0 : (nextRollover?.at ?? Infinity);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How many zones are in which health, those that could not be read apart. */
export function healthCounts(results: readonly ZoneResult[]): Readonly<Record<Health | 'unknown', number>> {
  const counts = { ok: 0, warning: 0, critical: 0, unknown: 0 };
  for (const result of results) counts['error' in result ? 'unknown' : result.status.health]++;
  return counts;
}

/** The worst health of zones; undefined where one could not be read. */
export function overallHealth(results: readonly ZoneResult[]): Health | undefined {
  const statuses = results.flatMap((result) => ('error' in result ? [] : [result.status.health]));
  return statuses.length === results.length ? worstHealth(statuses) : undefined;
}

/** The zone's name as results have it. */
export function resultName(name: Uint8Array): string {
  return nameToText(name);
}
