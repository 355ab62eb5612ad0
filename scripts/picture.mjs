// Records a terminal session with the built program, and draws what was on the screen: docs/pictures/terminal.svg.
// Needs `script` of util-linux, which gives the program a terminal.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import xterm from '@xterm/headless';

const root = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = 112;
const MAX_ROWS = 80;

const COMMANDS = [
  'zonewright keygen example.com',
  'zonewright sign example.com.zone',
  'zonewright ds example.com --format registrar',
  'zonewright verify example.com.zone.signed && echo valid',
  'zonewright rotate --all --sign',
  'zonewright status example.com',
];

/** What the terminal got. */
function record() {
  const home = mkdtempSync(path.join(os.tmpdir(), 'zonewright-picture-'));
  try {
    cpSync(path.join(root, 'fixtures/demo/example.com.zone'), path.join(home, 'example.com.zone'));
    writeFileSync(
      path.join(home, '.zonewrightrc.yaml'),
      'zones:\n  example.com: { file: example.com.zone }\n',
    );
    mkdirSync(path.join(home, '.bin'));
    symlinkSync(path.join(root, 'bin/zonewright.js'), path.join(home, '.bin/zonewright'));
    const lines = COMMANDS.map(
      (command) => `printf '\\033[1;32m$\\033[0m %s\\n' ${quoted(command)}\n${command}\n`,
    );
    writeFileSync(path.join(home, '.session'), `stty cols ${COLUMNS} rows ${MAX_ROWS}\n${lines.join('')}`);
    const { status, error } = spawnSync(
      'script',
      ['--quiet', '--return', '--command', 'bash .session', '.typescript'],
      {
        cwd: home,
        env: {
          ...process.env,
          HOME: home,
          PATH: `${home}/.bin:${process.env.PATH}`,
          TERM: 'xterm-256color',
          LC_ALL: 'C.UTF-8',
          TZ: 'UTC',
          NO_COLOR: '',
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    if (status !== 0) throw error ?? new Error(`the session ended with exit status ${status}`);
    // The first and the last line are those of script.
    return readFileSync(path.join(home, '.typescript'), 'utf8').split('\n').slice(1, -2).join('\n');
  } finally {
    rmSync(home, { recursive: true });
  }
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const FONT = 13;
const CELL = { width: 7.8, height: 17 };
const MARGIN = 14;
/** Of the terminal's sixteen colours, those that are used. */
const PALETTE = { 1: '#ff7b72', 2: '#7ee787', 3: '#e3b341', 4: '#79c0ff', 5: '#d2a8ff', 6: '#76e3ea' };
const FOREGROUND = '#e6edf3';

/** The screen as a picture: cells of one style are one text. */
async function draw(data) {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: MAX_ROWS, allowProposedApi: true });
  await new Promise((resolve) => terminal.write(data, resolve));
  const buffer = terminal.buffer.active;
  const rows = [];
  for (let y = 0; y < buffer.length; y++) rows.push(runsOf(buffer.getLine(y)));
  while (rows.at(-1)?.length === 0) rows.pop();
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN);
  const height = rows.length * CELL.height + 2 * MARGIN;
  const texts = rows.flatMap((runs, y) => runs.map((run) => textElement(run, y)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>A terminal session with zonewright</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function runsOf(line) {
  const runs = [];
  for (let x = 0; x < COLUMNS; x++) {
    const cell = line.getCell(x);
    const text = cell.getChars() || ' ';
    const style = `${cell.isFgPalette() ? cell.getFgColor() % 8 : ''}/${cell.isBold() ? 'b' : ''}/${cell.isDim() ? 'd' : ''}`;
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ x, text, style });
  }
  return runs.filter(({ text }) => text.trim() !== '').map((run) => ({ ...run, text: run.text.trimEnd() }));
}

function textElement({ x, text, style }, y) {
  const [color, bold, dim] = style.split('/');
  const lead = text.length - text.trimStart().length;
  const shown = text.trimStart();
  const attributes = [
    `x="${(MARGIN + (x + lead) * CELL.width).toFixed(1)}"`,
    `y="${MARGIN + y * CELL.height + FONT}"`,
    `textLength="${(shown.length * CELL.width).toFixed(1)}"`,
    `fill="${PALETTE[color] ?? FOREGROUND}"`,
    bold === 'b' ? 'font-weight="bold"' : '',
    dim === 'd' ? 'opacity="0.65"' : '',
  ];
  const escaped = shown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // Ordinary spaces in a row would become one.
    .replaceAll(' ', '\u00a0');
  return `<text ${attributes.filter((attribute) => attribute !== '').join(' ')}>${escaped}</text>`;
}

mkdirSync(path.join(root, 'docs/pictures'), { recursive: true });
writeFileSync(path.join(root, 'docs/pictures/terminal.svg'), await draw(record()));
