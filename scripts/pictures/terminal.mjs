// What a terminal gets from a session, and what is on its screen then.
// Needs `script` of util-linux, which gives programs a terminal.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import xterm from '@xterm/headless';

const MAX_ROWS = 80;

/**
 * Types commands at a prompt. Returns what the terminal gets.
 * @param home the working directory, whose `.bin` has the program
 * @param commands lines to type; `{ says, now }` is a comment, from which on the clock shows `now`
 * @param variables of the environment; what begins with `ZONEWRIGHT_` is not shown
 */
export function record({ home, commands, columns, variables = {} }) {
  const session = path.join(home, '.session');
  const typescript = path.join(home, '.typescript');
  const prompt = (text) => `printf '\\033[1;32m$\\033[0m %s\\n' ${quoted(text)}\n`;
  const lines = commands.map((command) =>
    typeof command === 'string'
      ? `${prompt(command)}${command}\n`
      : `${prompt(command.says)}export ZONEWRIGHT_NOW=${command.now}\n`,
  );
  writeFileSync(session, `stty cols ${columns} rows ${MAX_ROWS}\n${lines.join('')}`);
  const { error } = spawnSync('script', ['--quiet', '--command', 'bash .session', '.typescript'], {
    cwd: home,
    env: {
      ...process.env,
      HOME: home,
      PATH: `${home}/.bin:${process.env.PATH}`,
      TERM: 'xterm-256color',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      NO_COLOR: '',
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error !== undefined) throw error;
  // The first and the last line are those of script.
  const data = readFileSync(typescript, 'utf8').split('\n').slice(1, -2).join('\n');
  rmSync(session);
  rmSync(typescript);
  return data;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The rows of the screen, each as runs of cells of one style. */
export async function screenOf(data, columns) {
  const terminal = new xterm.Terminal({ cols: columns, rows: MAX_ROWS, allowProposedApi: true });
  await new Promise((resolve) => terminal.write(data, resolve));
  const buffer = terminal.buffer.active;
  const rows = [];
  for (let y = 0; y < buffer.length; y++) rows.push(runsOf(buffer.getLine(y), columns));
  while (rows.at(-1)?.length === 0) rows.pop();
  return rows;
}

function runsOf(line, columns) {
  const runs = [];
  for (let x = 0; x < columns; x++) {
    const cell = line.getCell(x);
    const text = cell.getChars() || ' ';
    const color = cell.isFgPalette() ? cell.getFgColor() % 8 : undefined;
    const [isBold, isDim] = [cell.isBold() !== 0, cell.isDim() !== 0];
    const last = runs.at(-1);
    if (last !== undefined && last.color === color && last.isBold === isBold && last.isDim === isDim)
      last.text += text;
    else runs.push({ x, text, color, isBold, isDim });
  }
  return runs.filter(({ text }) => text.trim() !== '').map((run) => ({ ...run, text: run.text.trimEnd() }));
}
