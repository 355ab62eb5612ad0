/** What a cell of the comparison says, and how it is known: by commands that were run, or by what somebody wrote. */
export type ComparisonCell = { readonly says: string } & (
  { readonly commands: string } | { readonly source: string }
);

export interface ComparisonRow {
  readonly feature: string;
  readonly cells: Readonly<Record<string, ComparisonCell>>;
}

/** `docs/comparison-measured.json` */
export interface Comparison {
  readonly versions: readonly string[];
  readonly rows: readonly ComparisonRow[];
}

export const TOOLS = ['zonewright', 'BIND', 'ldns', 'Knot', 'OpenDNSSEC'] as const;

/** The README with the table between its marks. What was read, and not run, is in italics. */
export function withComparison(readme: string, { rows }: Comparison): string {
  const lines = rows.map(({ feature, cells }) => [
    feature,
    ...TOOLS.map((tool) => {
      const cell = cells[tool];
      if (cell === undefined) return '–';
      return 'commands' in cell ? cell.says : `_${cell.says}_`;
    }),
  ]);
  const table = [['', ...TOOLS], TOOLS.map(() => '---').concat('---'), ...lines];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const text = table
    .map((row, index) =>
      row.map((cell, column) => (index === 1 ? '-'.repeat(widths[column]!) : cell.padEnd(widths[column]!))),
    )
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
  const between = /(<!-- comparison -->\n)[^]*?(<!-- \/comparison -->)/;
  if (!between.test(readme)) throw new Error('README.md has no place for the comparison');
  return readme.replace(between, (_, open: string, close: string) => `${open}\n${text}\n\n${close}`);
}
