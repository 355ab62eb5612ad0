import type { Timeline } from '../rollover/timeline.ts';
import { legend, page, prose, table } from './page.ts';
import type { ScreenStyle } from './screen.ts';
import { printDate, printMinute } from './timeline-axis.ts';
import { eventLines } from './timeline-events.ts';
import { laneNames } from './timeline-names.ts';
import { timelineFile, timelineSvg } from './timeline-svg.ts';
import { folded } from './text-layout.ts';
import { timelineText } from './timeline-text.ts';
import { escapeXml } from './verify-xml.ts';

/** How a plan can be drawn. */
export const PLAN_PICTURES = ['svg', 'html'] as const;

export type PlanPicture = (typeof PLAN_PICTURES)[number];

/** What will come for a zone, as a picture or a page with one. */
export function formatPlan(picture: PlanPicture, zone: string, timeline: Timeline): string {
  const title = `Plan for ${zone}`;
  if (picture === 'svg') return timelineFile([{ title, timeline }]);
  return page(title, [
    '<header>',
    `<h1>${escapeXml(title)}</h1>`,
    `<p class="soft">${prose(`From ${printMinute(timeline.now)} to ${printMinute(timeline.to)}`)}, if every run takes place and the parent is changed on the day.</p>`,
    legend(),
    '</header>',
    '<main>',
    `<figure>${timelineSvg(timeline, `Keys of ${zone} over time`, 'timeline').svg}</figure>`,
    timeline.plan.length === 0
      ? '<p>Nothing will happen in this time.</p>'
      : planTable(timeline, `What comes for ${zone}`),
    '</main>',
  ]);
}

/** The same for somebody at a terminal. */
export function planText(zone: string, timeline: Timeline, style: ScreenStyle): string {
  const { to, plan } = timeline;
  const title = `Plan for ${zone}`;
  const about = `until ${printDate(to)}, if every run takes place and the parent is changed on the day`;
  const [first = '', ...rest] = folded(`${title} ${about}`, style.width, '  ');
  const lines = [
    `${style.paint.strong(title)}${first.slice(title.length)}`,
    ...rest,
    '',
    ...timelineText(timeline, style),
    '',
    ...(plan.length === 0
      ? ['Nothing will happen in this time.']
      : eventLines(timeline, plan.length, style.width)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The dates of a plan. */
export function planTable(timeline: Timeline, label: string): string {
  const names = laneNames(timeline);
  const rows = timeline.plan.map(({ time, actor, what, keys, rollover }) => [
    printMinute(time),
    actor === 'operator' ? 'you' : actor,
    `${what}${keys.length === 0 ? '' : ` (${keys.map((base) => names.get(base) ?? base).join(', ')})`}`,
    rollover,
  ]);
  return table(label, ['When', 'Who', 'What', 'Rollover'], rows, ['date', 'narrow', 'wide', 'wide']);
}
