import type { ChainGraph, GraphNode } from './verify-graph.ts';
import { escapeXml } from './verify-xml.ts';

const WIDTH = 190;
const HEIGHT = 72;
const GAP = 50;
const STEP = 150;
const MARGIN = 40;
const TOP = 70;
const RANKS = [0, 1, 2, 3] as const;
const INK = '#37474f';
const RED = '#c62828';
/** What is broken is told by more than its colour. */
const BROKEN_LINE = 'stroke-width="2.5" stroke-dasharray="7 4"';

/** The chain as a picture that needs nothing but a browser. */
export function svg({ title, nodes, edges }: ChainGraph): string {
  const rows = RANKS.map((rank) => nodes.filter((node) => node.rank === rank)).filter(
    (row) => row.length > 0,
  );
  const widest = Math.max(2, ...rows.map((row) => row.length));
  const width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP;
  const height = TOP + MARGIN + (rows.length - 1) * STEP + HEIGHT;
  const places = new Map<string, { x: number; y: number }>();
  rows.forEach((row, line) => {
    const start = (width - row.length * WIDTH - (row.length - 1) * GAP) / 2;
    row.forEach(({ id }, column) =>
      places.set(id, { x: start + column * (WIDTH + GAP), y: TOP + line * STEP }),
    );
  });
  const box = ({ id, lines, broken }: GraphNode): string => {
    const { x, y } = places.get(id)!;
    const color = broken ? RED : INK;
    const first = y + HEIGHT / 2 - (lines.length - 1) * 9 + 5;
    const texts = lines.map(
      (line, i) =>
        `<text x="${x + WIDTH / 2}" y="${first + i * 18}" fill="${color}"${i === 0 ? ' font-weight="bold"' : ''}>${escapeXml(line)}</text>`,
    );
    return `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="8" fill="${broken ? '#ffebee' : '#ffffff'}" stroke="${color}" ${broken ? BROKEN_LINE : 'stroke-width="1.5"'}/>${texts.join('')}`;
  };
  // Labels of arrows into one box stand at different heights, so that none covers another.
  const arrows = edges.map(({ from, to, label, broken }, index) => {
    const a = places.get(from)!;
    const b = places.get(to)!;
    const color = broken ? RED : INK;
    const [x1, y1, x2, y2] = [a.x + WIDTH / 2, a.y + HEIGHT, b.x + WIDTH / 2, b.y - 4];
    const share = [0.35, 0.6, 0.48][index % 3]!;
    const [lx, ly] = [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share + 4];
    const line = `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}" ${broken ? BROKEN_LINE : 'stroke-width="1.5"'} marker-end="url(#${broken ? 'red' : 'ink'})"/>`;
    const text =
      label === ''
        ? ''
        : `<text x="${lx}" y="${ly}" font-size="12" fill="${color}" stroke="#fafafa" stroke-width="9" stroke-linejoin="round" paint-order="stroke">${escapeXml(label)}</text>`;
    return { line, text };
  });
  const marker = (id: string, color: string): string =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14" text-anchor="middle" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<defs>${marker('ink', INK)}${marker('red', RED)}</defs>`,
    `<rect width="${width}" height="${height}" fill="#fafafa"/>`,
    `<text x="${width / 2}" y="38" font-size="18" font-weight="bold" fill="${INK}">${escapeXml(title)}</text>`,
    ...arrows.map(({ line }) => line),
    ...nodes.map(box),
    ...arrows.map(({ text }) => text).filter((text) => text !== ''),
    '</svg>\n',
  ].join('\n');
}
