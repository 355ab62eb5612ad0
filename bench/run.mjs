/**
 * `npm run bench -- [--runs N] [--quick] [--large] [--list] [ROW…]`: measures us beside the peers that are installed. See docs/performance.md.
 */
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureRow } from './measure-row.mjs';
import { isInstalled, WORK } from './programs.mjs';
import { describeMachine, printTables, writeResults } from './report.mjs';
import { rows } from './rows.mjs';

const USAGE = 2;

process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (typeof options === 'string') {
    process.stderr.write(`bench: ${options}\n`);
    return USAGE;
  }
  if (options.list) {
    for (const { name, title, large } of rows)
      console.log(`${name.padEnd(24)} ${title}${large ? ' (--large)' : ''}`);
    return 0;
  }
  await mkdir(WORK, { recursive: true });
  const machine = describeMachine();
  const results = [];
  for (const row of options.rows) {
    results.push(
      await measureRow(row, {
        runs: options.runs,
        warmUp: !options.quick,
        tell: (line) => process.stderr.write(`${line}\n`),
      }),
    );
  }
  console.log(printTables(results, machine));
  const { runs, quick } = options;
  process.stderr.write(
    `bench: all figures are in ${await writeResults(results, machine, { runs, quick })}\n`,
  );
  return results.every(({ status }) => status === 'measured') ? 0 : 1;
}

/** The options, or what is wrong with them. */
function readOptions() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        quick: { type: 'boolean', default: false },
        large: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return error.message;
  }
  const { values, positionals } = parsed;
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(runs) || runs < 1) return `--runs ${values.runs} is no number of runs`;
  const unknown = positionals.find((name) => !rows.some((row) => row.name === name));
  if (unknown !== undefined) return `there is no row ${unknown}: see --list`;
  // BIND makes the keys and judges what was signed: without it nothing can be trusted.
  const missing = ['dnssec-keygen', 'dnssec-signzone', 'dnssec-verify'].find(
    (program) => !isInstalled(program),
  );
  if (missing !== undefined && !values.list)
    return `${missing} is not installed: run scripts/install-peers.sh`;
  return {
    ...values,
    runs,
    rows: rows.filter(({ name, large }) =>
      positionals.length > 0 ? positionals.includes(name) : !large || (values.large && !values.quick),
    ),
  };
}
