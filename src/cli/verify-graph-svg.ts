import type { ChainGraph, GraphNode } from './verify-graph.ts';
import { layOut, type PlacedArrow, type PlacedBox } from './verify-graph-layout.ts';
import { escapeXml } from './verify-xml.ts';

const INK = '#37474f';
const RED = '#c62828';
/** What is broken is told by more than its colour. */
const BROKEN_LINE = 'stroke-width="2.5" stroke-dasharray="7 4"';
const SOUND_LINE = 'stroke-width="1.5"';

/** The chain as a picture that needs nothing but a browser. What arrows say stands in the box that they lead to, where nothing covers it. */
export function svg(graph: ChainGraph): string {
  const nodes = graph.nodes.map((node) => withCounts(node, graph));
  const { width, height, boxes, arrows } = layOut(nodes, graph.edges);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14" text-anchor="middle" role="img">`,
    `<title>${escapeXml(graph.title)}</title>`,
    `<defs>${marker('ink', INK)}${marker('red', RED)}</defs>`,
    `<rect width="${width}" height="${height}" fill="#fafafa"/>`,
    `<text x="${width / 2}" y="38" font-size="18" font-weight="bold" fill="${INK}">${escapeXml(graph.title)}</text>`,
    ...arrows.map(arrowElement),
    ...boxes.map(boxElement),
    '</svg>\n',
  ].join('\n');
}

/** A node with a line for each arrow to it that says something. */
function withCounts(node: GraphNode, { nodes, edges }: ChainGraph): GraphNode {
  const counts = edges
    .filter(({ to, label }) => to === node.id && label !== '')
    .map(({ from, label }) => `${nodes.find(({ id }) => id === from)!.lines[0]!}: ${label}`);
  return { ...node, lines: [...node.lines, ...counts] };
}

function marker(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
}

function boxElement({ node: { lines, broken }, x, y, width, height, lineHeight }: PlacedBox): string {
  const color = broken ? RED : INK;
  const first = y + height / 2 - ((lines.length - 1) * lineHeight) / 2 + 5;
  const texts = lines.map(
    (line, i) =>
      `<text x="${x + width / 2}" y="${first + i * lineHeight}" fill="${color}"${i === 0 ? ' font-weight="bold"' : ''}>${escapeXml(line)}</text>`,
  );
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${broken ? '#ffebee' : '#ffffff'}" stroke="${color}" ${broken ? BROKEN_LINE : SOUND_LINE}/>${texts.join('')}`;
}

function arrowElement({ edge: { broken }, points }: PlacedArrow): string {
  const path = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${broken ? RED : INK}" ${broken ? BROKEN_LINE : SOUND_LINE} marker-end="url(#${broken ? 'red' : 'ink'})"/>`;
}
