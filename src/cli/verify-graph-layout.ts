import type { GraphEdge, GraphNode } from './verify-graph.ts';

const GAP = 60;
const ROW_GAP = 70;
const MARGIN = 40;
const TOP = 70;
const PADDING = 27;
const LINE_HEIGHT = 18;
const NARROWEST = 190;
/** What a character takes at the most that such lines have. */
const CHARACTER = 7.8;
/** Arrows end this much above their box. */
const TIP = 4;
const RANKS = [0, 1, 2, 3] as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node with its place: `x` and `y` are its upper left corner. */
export interface PlacedBox extends Point {
  readonly node: GraphNode;
  readonly width: number;
  readonly height: number;
  readonly lineHeight: number;
}

/** An edge with the points that it goes through. */
export interface PlacedArrow {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

/** Places boxes in rows by their rank, and arrows so that none goes through a box. */
export function layOut(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const ranks = RANKS.map((rank) => nodes.filter((node) => node.rank === rank)).filter(
    (row) => row.length > 0,
  );
  const longest = Math.max(...nodes.flatMap(({ lines }) => lines.map(({ length }) => length)));
  const boxWidth = Math.max(NARROWEST, Math.ceil(longest * CHARACTER) + PADDING);
  const widest = Math.max(2, ...ranks.map((row) => row.length));
  const width = 2 * MARGIN + widest * boxWidth + (widest - 1) * GAP;
  let y = TOP;
  const rows = ranks.map((row): PlacedBox[] => {
    const height = PADDING + LINE_HEIGHT * Math.max(...row.map(({ lines }) => lines.length));
    const start = (width - row.length * boxWidth - (row.length - 1) * GAP) / 2;
    const boxes = row.map((node, column) => ({
      node,
      x: start + column * (boxWidth + GAP),
      y,
      width: boxWidth,
      height,
      lineHeight: LINE_HEIGHT,
    }));
    y += height + ROW_GAP;
    return boxes;
  });
  return {
    width,
    height: y - ROW_GAP + MARGIN,
    boxes: rows.flat(),
    arrows: edges.map((edge) => ({ edge, points: route(edge, edges, rows) })),
  };
}

/** From the lower side of one box to the upper side of another, through gaps of the rows between them. */
function route(
  edge: GraphEdge,
  edges: readonly GraphEdge[],
  rows: readonly (readonly PlacedBox[])[],
): Point[] {
  const rowOf = (id: string): number => rows.findIndex((row) => row.some(({ node }) => node.id === id));
  const boxOf = (id: string): PlacedBox => rows.flat().find(({ node }) => node.id === id)!;
  const [from, to] = [boxOf(edge.from), boxOf(edge.to)];
  // Arrows at one side of a box keep apart, in the order of where they come from or go to.
  const port = (box: PlacedBox, ofBox: readonly GraphEdge[], other: (one: GraphEdge) => string): number => {
    const sorted = ofBox.toSorted((a, b) => boxOf(other(a)).x - boxOf(other(b)).x);
    return box.x + (box.width * (sorted.indexOf(edge) + 1)) / (sorted.length + 1);
  };
  const start: Point = {
    x: port(
      from,
      edges.filter((one) => one.from === edge.from),
      (one) => one.to,
    ),
    y: from.y + from.height,
  };
  const end: Point = {
    x: port(
      to,
      edges.filter((one) => one.to === edge.to),
      (one) => one.from,
    ),
    y: to.y - TIP,
  };
  const between = rows.slice(rowOf(edge.from) + 1, rowOf(edge.to));
  const through = between.flatMap((row) => {
    const straight = start.x + ((end.x - start.x) * (row[0]!.y - start.y)) / (end.y - start.y);
    const x = gapNear(row, straight);
    return [
      { x, y: row[0]!.y - TIP },
      { x, y: row[0]!.y + row[0]!.height + TIP },
    ];
  });
  return [start, ...through, end];
}

/** The middle of the gap in a row, or beside it, that is nearest to a place. */
function gapNear(row: readonly PlacedBox[], place: number): number {
  const last = row.at(-1)!;
  const beside = MARGIN / 2;
  const gaps = [
    row[0]!.x - beside,
    ...row.slice(1).map(({ x }) => x - GAP / 2),
    last.x + last.width + beside,
  ];
  return gaps.reduce((best, gap) => (Math.abs(gap - place) < Math.abs(best - place) ? gap : best));
}
