import type { VerifyReport } from '../commands/verify.ts';
import { chainGraph } from './verify-graph.ts';
import { dot } from './verify-graph-dot.ts';
import { mermaid } from './verify-graph-mermaid.ts';
import { svg } from './verify-graph-svg.ts';

const GRAPHS = { svg, dot, mermaid } as const;

export type GraphFormat = keyof typeof GRAPHS;

export const GRAPH_FORMATS: readonly string[] = Object.keys(GRAPHS);

/** The chain of trust of a zone as a picture, or in the language of one. */
export function formatGraph(format: GraphFormat, report: VerifyReport): string {
  return GRAPHS[format](chainGraph(report));
}
