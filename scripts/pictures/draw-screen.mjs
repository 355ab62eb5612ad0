// A terminal's screen as SVG.

const FONT = 13;
const CELL = { width: 7.8, height: 17 };
const MARGIN = 14;
const BACKGROUND = '#0d1117';
const FOREGROUND = '#e6edf3';
/** Of the terminal's sixteen colours, those that are used. */
const PALETTE = { 1: '#ff7b72', 2: '#7ee787', 3: '#e3b341', 4: '#79c0ff', 5: '#d2a8ff', 6: '#76e3ea' };

/** Characters that must join without a seam, which no font on the web promises: top and height of a cell that they fill, and how densely. */
const BLOCKS = {
  '█': { top: 0.08, height: 0.84, opacity: 1 },
  '▒': { top: 0.08, height: 0.84, opacity: 0.5 },
  '░': { top: 0.08, height: 0.84, opacity: 0.28 },
  '━': { top: 0.44, height: 0.12, opacity: 1 },
};

/** @param rows of `screenOf` */
export function drawScreen(rows, columns, title) {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = rows.length * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">`,
    ...rows.flatMap((runs, y) => runs.flatMap((run) => pieces(run).map((piece) => element(piece, y)))),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A run, cut into blocks of one character and text. */
function pieces({ x, text, ...style }) {
  const parts = text.match(/([█▒░━])\1*|[^█▒░━]+/gu) ?? [];
  let column = x;
  return parts.flatMap((part) => {
    const start = column + part.length - part.trimStart().length;
    column += part.length;
    return part.trim() === '' ? [] : [{ x: start, text: part.trim(), ...style }];
  });
}

function element({ x, text, color, isBold, isDim }, y) {
  const left = (MARGIN + x * CELL.width).toFixed(1);
  const width = (text.length * CELL.width).toFixed(1);
  const fill = PALETTE[color] ?? FOREGROUND;
  const opacity = isDim ? 0.65 : 1;
  const block = BLOCKS[text[0]];
  if (block !== undefined) {
    const top = (MARGIN + (y + block.top) * CELL.height).toFixed(1);
    const height = (block.height * CELL.height).toFixed(1);
    return `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${fill}" opacity="${opacity * block.opacity}"/>`;
  }
  const attributes = [
    `x="${left}" y="${MARGIN + y * CELL.height + FONT}" textLength="${width}" fill="${fill}"`,
    isBold ? 'font-weight="bold"' : '',
    isDim ? `opacity="${opacity}"` : '',
  ];
  // Ordinary spaces in a row would become one.
  const shown = escaped(text).replaceAll(' ', '\u00a0');
  return `<text ${attributes.filter((attribute) => attribute !== '').join(' ')}>${shown}</text>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
