import { HEALTHS, type ZoneStatus } from '../commands/status-report.ts';
import type { ZoneResult } from './status-zones.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Undefined where there is nothing to tell of a zone. */
  readonly value: number | undefined;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: (status: ZoneStatus) => readonly Sample[];
}

const one = (value: number | undefined): readonly Sample[] => [{ value }];

/** All of them are gauges; times are Unix times. */
const METRICS: readonly Metric[] = [
  {
    name: 'health',
    help: 'How the zone is: 0 ok, 1 warning, 2 critical.',
    samples: ({ health }) => one(HEALTHS.indexOf(health)),
  },
  {
    name: 'problems',
    help: 'Problems by code.',
    samples: ({ problems }) =>
      [...new Set(problems.map(({ code }) => code))].map((code) => ({
        labels: { code },
        value: problems.filter((problem) => problem.code === code).length,
      })),
  },
  {
    name: 'operator_needed',
    help: 'Whether somebody has to act: 1 yes, 0 no.',
    samples: ({ task }) => one(task?.actor === 'operator' ? 1 : 0),
  },
  {
    name: 'deadline_timestamp_seconds',
    help: 'When that should be done.',
    samples: ({ task }) => one(task?.deadline),
  },
  {
    name: 'signature_expiry_timestamp_seconds',
    help: 'When the first signature of the zone expires.',
    samples: ({ firstExpiration }) => one(firstExpiration),
  },
  {
    name: 'missed_runs_survived',
    help: 'How many nightly runs in a row may fail without a signature expiring.',
    samples: ({ missedRunsSurvived }) => one(missedRunsSurvived),
  },
  {
    name: 'serial',
    help: 'The SOA serial of the signed zone.',
    samples: ({ serial }) => one(serial),
  },
  {
    name: 'keys',
    help: 'Keys by role and state.',
    samples: ({ keys }) => {
      const kinds = new Map<string, { labels: { role: string; state: string }; value: number }>();
      for (const { role, state } of keys) {
        const kind = kinds.get(`${role} ${state}`) ?? { labels: { role, state }, value: 0 };
        kind.value++;
        kinds.set(`${role} ${state}`, kind);
      }
      return [...kinds.values()];
    },
  },
  {
    name: 'rollover_start_timestamp_seconds',
    help: 'When each rollover in progress began.',
    samples: ({ rollovers }) =>
      rollovers.map(({ name, started }) => ({ labels: { rollover: name }, value: started })),
  },
  {
    name: 'next_rollover_timestamp_seconds',
    help: 'When the next rollover begins by itself.',
    samples: ({ nextRollover }) => one(nextRollover?.at),
  },
  {
    name: 'undelivered_notifications',
    help: 'Notifications that somebody has not got yet.',
    samples: ({ notifications }) => one(notifications.length),
  },
];

/** Metrics in the text format of Prometheus, for the textfile collector of its node exporter. */
export function prometheus(results: readonly ZoneResult[], now: number): string {
  const lines = [
    ...metric('zonewright_status_timestamp_seconds', 'When these metrics were made.', [`${now}`]),
    ...metric(
      'zonewright_zone_readable',
      'Whether the status of the zone could be found out: 1 yes, 0 no.',
      results.map(({ zone, ...result }) => `${labelText({ zone })} ${'error' in result ? 0 : 1}`),
    ),
  ];
  for (const { name, help, samples } of METRICS) {
    const rows = results.flatMap((result) =>
      'error' in result
        ? []
        : samples(result.status).flatMap(({ labels = {}, value }) =>
            value === undefined || !Number.isFinite(value)
              ? []
              : `${labelText({ zone: result.zone, ...labels })} ${value}`,
          ),
    );
    lines.push(...metric(`zonewright_zone_${name}`, help, rows));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** @param rows what stands behind the name: labels and value */
function metric(name: string, help: string, rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...rows.map((row) => `${name}${row.startsWith('{') ? '' : ' '}${row}`),
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${parts.join(',')}}`;
}
