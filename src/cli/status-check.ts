import type { Health } from '../commands/status-report.ts';
import type { ZonewrightError } from '../errors.ts';
import { answer } from './status-words.ts';
import { healthCounts, worstFirst, type ZoneResult } from './status-zones.ts';

/** The statuses of the monitoring plugin convention. */
const PLUGIN_STATUS: Readonly<Record<Health, { readonly word: string; readonly status: number }>> = {
  ok: { word: 'OK', status: 0 },
  warning: { word: 'WARNING', status: 1 },
  critical: { word: 'CRITICAL', status: 2 },
};

const UNKNOWN = { word: 'UNKNOWN', status: 3 } as const;

/** What a monitoring plugin says: one line, and an exit status. */
export interface PluginResult {
  readonly line: string;
  readonly status: number;
}

/** The state of zones after the monitoring plugin convention: the worst of them in words, and figures about all. */
export function pluginResult(results: readonly ZoneResult[], now: number): PluginResult {
  const [worst] = worstFirst(results);
  if (worst === undefined) return { line: pluginLine(UNKNOWN.word, 'no zones', ''), status: UNKNOWN.status };
  // A zone that is known to be broken counts for more than one that nobody can tell of.
  const known = worstFirst(results.filter((result) => 'status' in result))[0];
  const shown =
    known !== undefined && 'status' in known && known.status.health === 'critical' ? known : worst;
  const counts = healthCounts(results);
  const { word, status } = 'error' in shown ? UNKNOWN : PLUGIN_STATUS[shown.status.health];
  const about = 'error' in shown ? shown.error.message : withoutHealth(answer(shown.status, now));
  const others =
    results.length === 1
      ? ''
      : `; ${results.length} zones: ${counts.critical} critical, ${counts.warning} warning, ${counts.unknown} unknown, ${counts.ok} ok`;
  return {
    line: pluginLine(word, `${shown.zone} ${about}${others}`, perfdata(results, now)),
    status,
  };
}

/** What stands for a run that could not find anything out. */
export function pluginFailure({ message }: ZonewrightError): PluginResult {
  return { line: pluginLine(UNKNOWN.word, message, ''), status: UNKNOWN.status };
}

/** A bar would begin the perfdata, and a line end would end it. */
function pluginLine(word: string, text: string, data: string): string {
  const plain = text.replaceAll('|', '/').replaceAll(/\s+/g, ' ');
  return `ZONEWRIGHT ${word} - ${plain}${data === '' ? '' : ` | ${data}`}\n`;
}

function withoutHealth(text: string): string {
  return text.slice(text.indexOf(': ') + 2);
}

function perfdata(results: readonly ZoneResult[], now: number): string {
  const statuses = results.flatMap((result) => ('error' in result ? [] : [result.status]));
  const [first] = statuses
    .flatMap(({ firstExpiration: time, limits }) => (time === undefined ? [] : { time, limits }))
    .sort((a, b) => a.time - b.time);
  const runs = statuses.flatMap(({ missedRunsSurvived }) => missedRunsSurvived ?? []);
  const deadlines = statuses.flatMap(({ rollovers }) =>
    rollovers.flatMap(({ task }) => (task.actor === 'operator' ? (task.deadline ?? []) : [])),
  );
  const counts = healthCounts(results);
  const least = (values: readonly number[]): number => Math.min(...values);
  return [
    ...(first === undefined
      ? []
      : [`signature_validity=${first.time - now}s;${first.limits.warning}:;${first.limits.critical}:`]),
    ...(runs.length === 0 ? [] : [`missed_runs_survived=${least(runs)};;;0`]),
    ...(deadlines.length === 0 ? [] : [`ds_deadline=${least(deadlines) - now}s`]),
    ...(results.length === 1
      ? []
      : (['ok', 'warning', 'critical', 'unknown'] as const).map(
          (health) => `${health}=${counts[health]};;;0;${results.length}`,
        )),
  ].join(' ');
}
