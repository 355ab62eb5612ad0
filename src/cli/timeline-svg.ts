import type { KeyLane, PhaseState, Timeline } from '../rollover/timeline.ts';
import { printDate, timeTicks } from './timeline-axis.ts';
import { laneInWords, laneNames } from './timeline-names.ts';
import { escapeXml } from './verify-xml.ts';

// Across, everything is in per cent, so that a picture becomes narrower without its text becoming smaller.

const TOP = 46;
const LANE = 44;
const BAR = 16;
const BAR_TOP = 20;
const LEGEND = 34;
const MOST_TICKS = 13;
/** Per cent from the edges where the text beside a line could be cut off: on any screen, and on a narrow one. */
const EDGE = 5;
const NARROW_EDGE = 15;

/** The colours of a timeline, light and dark. Hatching and outline tell the states apart as well. */
export const TIMELINE_STYLE = `
.timeline { --ink: #1f2933; --soft: #52606d; --line: #cbd2d9; --paper: #ffffff; --pending: #b45f06; --active: #1b6e3c; --retired: #5b6770; --signed: #1d5fa8; --you: #9c2f00; --back: var(--paper); font-family: system-ui, sans-serif; font-size: 13px; color: var(--ink); }
@media (prefers-color-scheme: dark) { .timeline { --ink: #e4e7eb; --soft: #aab4be; --line: #3e4c59; --paper: #14191f; --pending: #f0b35e; --active: #5fc58a; --retired: #98a5b0; --signed: #74b2f2; --you: #ff9d73; } }
.timeline text { fill: var(--ink); stroke: var(--back); stroke-width: 4; paint-order: stroke; }
.timeline .soft { fill: var(--soft); font-size: 12px; }
@media (max-width: 40rem) { .timeline .minor { display: none; } }
.timeline .grid { stroke: var(--line); stroke-width: 1; }
.timeline .paper { fill: var(--paper); }
.timeline .now { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
.timeline .pending { fill: url(#pending-pattern); stroke: var(--pending); stroke-width: 1.5; stroke-dasharray: 4 2; }
.timeline .active { fill: var(--active); stroke: var(--active); stroke-width: 1.5; }
.timeline .retired { fill: url(#retired-pattern); stroke: var(--retired); stroke-width: 1.5; }
.timeline .future { fill-opacity: 0.6; }
.timeline .signed { fill: var(--signed); }
.timeline .end { stroke: var(--signed); stroke-width: 2.5; fill: none; }
.timeline .you { fill: var(--you); stroke: var(--back); }
@media (forced-colors: active) { .timeline { --ink: CanvasText; --soft: CanvasText; --line: GrayText; --paper: Canvas; --pending: CanvasText; --active: CanvasText; --retired: CanvasText; --signed: CanvasText; --you: CanvasText; } }
`.trim();

/** The patterns that bars are filled with: once in a page, before the first timeline. */
export const TIMELINE_PATTERNS = [
  '<pattern id="pending-pattern" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.1" style="fill:var(--pending)"/></pattern>',
  '<pattern id="retired-pattern" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" style="fill:var(--retired)"/></pattern>',
].join('');

/** What the signs of a timeline look like and mean. */
export const LEGEND_SIGNS: readonly { readonly sign: string; readonly meaning: string }[] = [
  ...(['pending', 'active', 'retired'] as const).map((state: PhaseState) => ({
    sign: `<rect class="${state}" x="1" y="3" width="22" height="10" rx="2"/>`,
    meaning: state,
  })),
  { sign: '<rect class="signed" x="1" y="6" width="22" height="4" rx="2"/>', meaning: 'signatures valid' },
  { sign: `<path class="you" d="${diamond(12, 8)}"/>`, meaning: 'your part' },
];

export interface TimelinePicture {
  readonly svg: string;
  /** Pixels. */
  readonly height: number;
}

/**
 * A zone's keys and signatures over time, as an SVG element that is as wide as what it stands in.
 * @param id of the element; begins the ids of its parts
 */
export function timelineSvg(timeline: Timeline, title: string, id: string): TimelinePicture {
  const { from, to, now, lanes, plan, firstExpiration } = timeline;
  const names = laneNames(timeline);
  const at = (time: number): number => (100 * Math.min(Math.max(time - from, 0), to - from)) / (to - from);
  const yours = plan.filter(({ actor }) => actor === 'operator').map(({ time }) => time);
  const rows = [
    ...lanes.map((lane) => ({ label: names.get(lane.base)!, shapes: bars(lane, timeline, at) })),
    ...(firstExpiration === undefined
      ? []
      : [{ label: signatureLabel(firstExpiration), shapes: signatures(firstExpiration, timeline, at) }]),
    ...(yours.length === 0 ? [] : [{ label: 'your part at the parent', shapes: marks(yours, at) }]),
  ];
  const height = TOP + rows.length * LANE;
  const words = [
    ...lanes.map((lane) => laneInWords(names.get(lane.base)!, lane)),
    ...(firstExpiration === undefined ? [] : [`${signatureLabel(firstExpiration)}.`]),
    ...(yours.length === 0 ? [] : [`Your part at the parent: ${yours.map(printDate).join(', ')}.`]),
  ];
  const ticks = timeTicks(from, to, MOST_TICKS);
  const grid = ticks.map(({ time }) => {
    const x = percent(at(time));
    return `<line class="grid" x1="${x}" x2="${x}" y1="24" y2="${height}"/>`;
  });
  const dates = ticks.flatMap(({ time, label }, index) => {
    if (at(time) > 100 - EDGE) return [];
    // On a narrow screen every other date stands too near to the next.
    const isMinor = index % 2 === 1 || at(time) > 100 - NARROW_EDGE;
    return `<text class="soft${isMinor ? ' minor' : ''}" x="${percent(at(time))}" dx="3" y="36">${escapeXml(label)}</text>`;
  });
  const x = percent(at(now));
  const anchor = at(now) > 100 - NARROW_EDGE ? 'end' : at(now) < NARROW_EDGE ? 'start' : 'middle';
  return {
    height,
    svg: [
      `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" width="100%" height="${height}" role="img" aria-labelledby="${id}-title ${id}-words">`,
      `<title id="${id}-title">${escapeXml(title)}</title>`,
      `<desc id="${id}-words">${escapeXml(words.join(' '))}</desc>`,
      ...grid,
      `<text x="${x}" y="14" text-anchor="${anchor}">now, ${printDate(now)}</text>`,
      ...rows.map(({ shapes }, index) => row(index, shapes.join(''))),
      `<line class="now" x1="${x}" x2="${x}" y1="20" y2="${height}"/>`,
      // Texts have an edge in the colour of the paper, which keeps lines behind them away.
      ...dates,
      ...rows.map(({ label }, index) => row(index, `<text x="2" y="14">${escapeXml(label)}</text>`)),
      '</svg>',
    ].join('\n'),
  };
}

function row(index: number, content: string): string {
  return `<svg y="${TOP + index * LANE}" height="${LANE}" overflow="visible">${content}</svg>`;
}

/** A timeline as a file of its own, with title and legend. */
export function timelineFile(
  pictures: readonly { readonly title: string; readonly timeline: Timeline }[],
): string {
  const width = 960;
  const margin = 24;
  const parts: string[] = [];
  let y = 20;
  pictures.forEach(({ title, timeline }, index) => {
    const { svg, height } = timelineSvg(timeline, title, `timeline${index + 1}`);
    parts.push(
      `<text x="${margin}" y="${y + 16}" font-size="17" font-weight="bold">${escapeXml(title)}</text>`,
      `<svg x="${margin}" y="${y + 32}" width="${width - 2 * margin}" height="${height}">${svg}</svg>`,
    );
    y += height + 64;
  });
  const legend = LEGEND_SIGNS.map(
    ({ sign, meaning }, index) =>
      `<svg x="${margin + index * 150}" y="${y}" width="150" height="20">${sign}<text x="30" y="13">${meaning}</text></svg>`,
  );
  const height = y + LEGEND;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${TIMELINE_STYLE}</style>`,
    `<defs>${TIMELINE_PATTERNS}</defs>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...parts,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

/** What is planned is paler than what was. */
function bars({ phases }: KeyLane, { now, to }: Timeline, at: (time: number) => number): string[] {
  const bar = (style: string, from: number, end: number): string => {
    const start = at(from);
    const width = Math.max(at(end) - start, 0.4);
    return `<rect class="${style}" x="${percent(start)}" y="${BAR_TOP}" width="${percent(width)}" height="${BAR}" rx="2"/>`;
  };
  return phases.flatMap(({ state, from, to: end }) => {
    const last = Math.min(end, to);
    return [
      ...(from < now ? [bar(state, from, Math.min(last, now))] : []),
      ...(last > now ? [bar(`${state} future`, Math.max(from, now), last)] : []),
    ];
  });
}

function signatures(firstExpiration: number, { now, to }: Timeline, at: (time: number) => number): string[] {
  const [start, end] = [at(now), at(firstExpiration)];
  if (end <= start) return [];
  const bar = `<rect class="signed" x="${percent(start)}" y="${BAR_TOP + 5}" width="${percent(end - start)}" height="5" rx="2"/>`;
  // Percentages are for attributes of position only: a path has its own little picture.
  const cross = `<svg x="${percent(end)}" y="${BAR_TOP}" overflow="visible"><path class="end" d="M-5 2L5 13M5 2L-5 13"/></svg>`;
  return firstExpiration < to ? [bar, cross] : [bar];
}

function signatureLabel(firstExpiration: number): string {
  return `signatures: the first expires ${printDate(firstExpiration)}`;
}

function marks(times: readonly number[], at: (time: number) => number): string[] {
  return [...new Set(times.map((time) => percent(at(time))))].map(
    (x) => `<svg x="${x}" y="${BAR_TOP}" overflow="visible"><path class="you" d="${diamond(0, 8)}"/></svg>`,
  );
}

function diamond(x: number, y: number): string {
  return `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}z`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}
