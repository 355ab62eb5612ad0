import type { ChainGraph } from './verify-graph.ts';

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The chain in the language of Graphviz. */
export function dot({ title, nodes, edges }: ChainGraph): string {
  const color = (broken: boolean): string =>
    broken ? 'color="#c62828" fontcolor="#c62828"' : 'color="#37474f"';
  return [
    'digraph chain {',
    `  label=${quoted(title)}; labelloc=t; fontname="sans-serif";`,
    '  node [shape=box style=rounded fontname="sans-serif"]; edge [fontname="sans-serif" fontsize=10];',
    ...nodes.map(({ id, lines, broken }) => {
      const label = lines.map((line) => quoted(line).slice(1, -1)).join('\\n');
      return `  ${id} [label="${label}" ${color(broken)}];`;
    }),
    ...edges.map(
      ({ from, to, label, broken }) =>
        `  ${from} -> ${to} [label=${quoted(label)} ${color(broken)}${broken ? ' penwidth=2' : ''}];`,
    ),
    '}\n',
  ].join('\n');
}
