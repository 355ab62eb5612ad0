import type { RolloverReport, ZoneStatus } from '../commands/status-report.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { formatDs } from './ds-formats.ts';
import { legend, page, preformatted, prose, table } from './page.ts';
import { planTable } from './plan-formats.ts';
import { answer, dsTitle, problemLine, relative, REPORT_LEAD, stepTurn } from './status-words.ts';
import { healthCounts, worstFirst, type ZoneResult } from './status-zones.ts';
import { printDate, printMinute } from './timeline-axis.ts';
import { timelineSvg } from './timeline-svg.ts';
import { escapeXml } from './verify-xml.ts';

/** One page with every zone, worst first. */
export function statusPage(results: readonly ZoneResult[], now: number): string {
  const sorted = worstFirst(results);
  const counts = healthCounts(results);
  const summary = (['unknown', 'critical', 'warning', 'ok'] as const)
    .filter((health) => counts[health] > 0)
    .map((health) => `${counts[health]} ${health}`)
    .join(', ');
  const [only] = sorted;
  const title =
    sorted.length === 1 && only !== undefined ? `DNSSEC status of ${only.zone}` : `DNSSEC status: ${summary}`;
  return page(title, [
    '<a class="skip" href="#zones">Skip to the zones</a>',
    '<header>',
    `<h1>${escapeXml(title)}</h1>`,
    `<p class="soft">As of ${prose(printMinute(now))}.${sorted.length === 1 ? '' : ` ${sorted.length} zones, worst first.`}</p>`,
    legend(),
    '</header>',
    ...(sorted.length > 1 ? [contents(sorted)] : []),
    '<main id="zones">',
    ...sorted.map((result, index) => zoneSection(result, `zone${index + 1}`, now, sorted.length === 1)),
    '</main>',
  ]);
}

function contents(results: readonly ZoneResult[]): string {
  const items = results.map((result, index) => {
    const health = healthOf(result);
    return `<li><a href="#zone${index + 1}">${escapeXml(result.zone)}</a> <span class="health ${health}">${health}</span></li>`;
  });
  return `<nav aria-label="Zones"><ul>\n${items.join('\n')}\n</ul></nav>`;
}

function healthOf(result: ZoneResult): string {
  return 'error' in result ? 'unknown' : result.status.health;
}

function zoneSection(result: ZoneResult, id: string, now: number, isOnly: boolean): string {
  const health = healthOf(result);
  const head = [
    `<section class="zone ${health}" id="${id}" aria-labelledby="${id}-name">`,
    `<h2 id="${id}-name">${escapeXml(result.zone)} <span class="health ${health}">${health}</span></h2>`,
  ];
  if ('error' in result) {
    const { message, hint } = result.error;
    return [
      ...head,
      `<p>Nothing can be said of this zone: ${prose(message)}</p>`,
      ...(hint === undefined ? [] : [`<p class="soft">${prose(hint)}</p>`]),
      '</section>',
    ].join('\n');
  }
  const { status } = result;
  const { task, problems } = status;
  const text = answer(status, now);
  const details = (title: string, content: string): string =>
    `<details${isOnly ? ' open' : ''}><summary>${escapeXml(title)}</summary>${content}</details>`;
  return [
    ...head,
    `<p>${prose(capitalized(text.slice(text.indexOf(': ') + 2)))}.</p>`,
    ...(task?.nextCommand === undefined
      ? []
      : [
          ...(task.isReport === true ? [`<p>${capitalized(REPORT_LEAD)}</p>`] : []),
          preformatted('Command to run next', task.nextCommand),
        ]),
    ...(problems.length < 2
      ? []
      : [
          `<ul>${problems
            .slice(1)
            .map(
              (problem) =>
                `<li>${prose(problemLine(problem))}${problem.todo === undefined ? '' : `; ${prose(problem.todo)}`}</li>`,
            )
            .join('')}</ul>`,
        ]),
    ...(status.timeline.lanes.length === 0
      ? []
      : [
          `<figure>${timelineSvg(status.timeline, `Keys of ${result.zone} over time`, `${id}-timeline`).svg}</figure>`,
        ]),
    ...status.rollovers.map((rollover) => rolloverPart(rollover, now)),
    ...dsPart(status),
    details('Keys', keyTable(status, result.zone, now)),
    ...(status.timeline.plan.length === 0
      ? []
      : [details('What comes', planTable(status.timeline, `What comes for ${result.zone}`))]),
    details('Signatures', signaturePart(status, now)),
    ...[...notes(status)].map(([title, items]) =>
      details(title, `<ul>${items.map((item) => `<li>${prose(item)}</li>`).join('')}</ul>`),
    ),
    '</section>',
  ].join('\n');
}

function rolloverPart({ title, started, steps, task }: RolloverReport, now: number): string {
  const items = steps.map((step) => {
    const { does, state, at } = step;
    const when = at === undefined || at <= now ? '' : `, about ${prose(printDate(at))}`;
    return `<li><span class="step ${state === 'to come' ? 'todo' : ''}">${stepTurn(step, now)}:</span> ${prose(does)}${when}</li>`;
  });
  const due =
    task.deadline === undefined
      ? ''
      : ` Due ${prose(printMinute(task.deadline))}, ${relative(task.deadline, now)}.`;
  return [
    `<h3>${escapeXml(title)}, since ${prose(printMinute(started))}</h3>`,
    `<ol>${items.join('')}</ol>`,
    `<p>${prose(capitalized(task.what))}.${due}</p>`,
  ].join('\n');
}

function dsPart(status: ZoneStatus): string[] {
  const { ds, zone } = status;
  return [
    ...(['add', 'remove'] as const)
      .filter((change) => ds[change].length > 0)
      .flatMap((change) => [
        `<h3>${dsTitle(change, status)}</h3>`,
        preformatted(`DS of ${zone} to ${change}`, formatDs('registrar', ds[change], {})),
      ]),
    ...(ds.unsafe === undefined ? [] : [`<p>No DS can be given to the parent yet: ${prose(ds.unsafe)}.</p>`]),
  ];
}

function keyTable({ keys }: ZoneStatus, zone: string, now: number): string {
  const rows = keys
    .filter(({ isPurged }) => !isPurged)
    .map(({ role, keyTag, algorithm, state, since, next, hasPrivate, isElsewhere }) => [
      role.toUpperCase(),
      String(keyTag),
      algorithmLabel(algorithm),
      `${state}${hasPrivate || state === 'removed' ? '' : isElsewhere ? ', private key elsewhere' : ', no private key'}`,
      since === undefined ? '' : `${printDate(since)}, ${relative(since, now)}`,
      next === undefined ? '' : `${next.state} ${next.at <= now ? 'next' : printDate(next.at)}`,
    ]);
  return table(`Keys of ${zone}`, ['Role', 'Tag', 'Algorithm', 'State', 'Since', 'Next'], rows, [
    'narrow',
    'narrow',
    'narrow',
    'narrow',
    'date',
    'date',
  ]);
}

function signaturePart({ firstExpiration, missedRunsSurvived = 0, serial }: ZoneStatus, now: number): string {
  if (firstExpiration === undefined) return '<p>None known.</p>';
  return `<p>The first expires ${prose(printMinute(firstExpiration))}, ${relative(firstExpiration, now)}: ${missedRunsSurvived} nightly runs in a row may fail.${serial === undefined ? '' : ` Serial ${serial}.`}</p>`;
}

function notes({ drift, notifications, lastError }: ZoneStatus): ReadonlyMap<string, readonly string[]> {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['State, keys and zone differ', drift.map(({ severity, what }) => `${severity}: ${what}`)],
    [
      'Undelivered notifications',
      notifications.map(
        ({ type, target, attempts, error }) =>
          `${type} to ${target}, ${attempts} attempts${error === undefined ? '' : `: ${error}`}`,
      ),
    ],
    ['Last error', lastError === undefined ? [] : [`${printMinute(lastError.time)}: ${lastError.message}`]],
  ];
  return new Map(all.filter(([, items]) => items.length > 0));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
