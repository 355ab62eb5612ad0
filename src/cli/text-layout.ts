/** Rows with each column as wide as its widest cell. */
export function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd(),
  );
}

/** A text in lines that are no longer than the width, unless a word is; all but the first are indented. */
export function folded(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** What begins so is to be pasted, and stays in one line. */
const COMMAND = /^ *then: /;

/** Lines as a terminal shows them without breaking words: what leaves the width goes on below, indented. Elsewhere nothing needs to be broken. */
export function foldedOnTerminal(
  text: string,
  { isTerminal, width }: { readonly isTerminal: boolean; readonly width: number },
): string {
  if (!isTerminal) return text;
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.length <= width || COMMAND.test(line)) return [line];
      const indent = /^ */.exec(line)![0];
      return folded(line.slice(indent.length), width - indent.length, '  ').map((part) => indent + part);
    })
    .join('\n');
}

/** A row of columns whose last one goes on below itself where it would leave the width. */
export function foldedColumns(row: string, width: number, indent: string): string[] {
  const [first = '', ...rest] = folded(row.slice(indent.length), width - indent.length, '');
  return [`${row.slice(0, indent.length)}${first}`, ...rest.map((line) => `${indent}${line}`)];
}
