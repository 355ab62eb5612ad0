import type { ChainGraph } from './verify-graph.ts';

const quoted = (text: string): string => `"${text.replaceAll('"', '#quot;').replaceAll('<', '#lt;')}"`;

/** The chain in the language of Mermaid, which Markdown viewers draw. */
export function mermaid({ title, nodes, edges }: ChainGraph): string {
  const broken = nodes.filter((node) => node.broken).map(({ id }) => id);
  const brokenEdges = edges.flatMap((edge, index) => (edge.broken ? [index] : []));
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    'flowchart TD',
    ...nodes.map(({ id, lines }) => `  ${id}[${quoted(lines.join('\n')).replaceAll('\n', '<br/>')}]`),
    ...edges.map(({ from, to, label }) => `  ${from} -->${label === '' ? '' : `|${quoted(label)}|`} ${to}`),
    '  classDef broken stroke:#c62828,color:#c62828,stroke-width:2px',
    ...(broken.length === 0 ? [] : [`  class ${broken.join(',')} broken`]),
    ...(brokenEdges.length === 0
      ? []
      : [`  linkStyle ${brokenEdges.join(',')} stroke:#c62828,stroke-width:2px`]),
    '',
  ].join('\n');
}
