/**
 * Where in a YAML or JSON text the last of a path of keys stands, as a line and a column from 1; nothing where it is not found.
 *
 * The parsers do not keep positions. So each key is looked for behind the one before it, which finds the right place unless a key
 * of the path is repeated inside an earlier neighbour.
 */
export function locateKey(
  text: string,
  keys: readonly (string | number)[],
): { line?: number; column?: number } {
  let position = -1;
  let from = 0;
  for (const key of keys) {
    if (typeof key === 'number') continue;
    const pattern = new RegExp(`(?<=^|[\\s{,])["']?${escapePattern(key)}["']?\\s*:`, 'gm');
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) break;
    position = match.index;
    from = position + match[0].length;
  }
  if (position < 0) return {};
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: position - lineStart + 1 };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
