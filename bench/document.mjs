/**
 * Puts the newest file of bench/results into README.md and docs/performance.md, between their marks; with `--check`, says whether they have it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { median } from './measure.mjs';
import { printTables } from './report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = path.join(root, 'bench/results');
const newest = readdirSync(results)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .at(-1);
const { date, machine, options, rows } = JSON.parse(readFileSync(path.join(results, newest), 'utf8'));

/** A line a row: ours, and the fastest of the others. */
function summary() {
  const lines = rows.flatMap(({ title, contenders }) => {
    const timed = contenders.filter(({ aside, seconds }) => aside !== true && seconds.length > 0);
    const ours = timed.find((each) => each.ours);
    const others = timed.filter((each) => each.ours !== true);
    if (ours === undefined || others.length === 0) return [];
    const fastest = others.reduce((best, each) =>
      median(each.seconds) < median(best.seconds) ? each : best,
    );
    const [mine, theirs] = [median(ours.seconds), median(fastest.seconds)];
    return [
      `| ${title} | ${mine.toFixed(2)} s | ${fastest.name} ${theirs.toFixed(2)} s | ${(theirs / mine).toFixed(2)} |`,
    ];
  });
  const { cpu, cores, memoryGiB, node, zonewright } = machine;
  return [
    `Measured on ${date.slice(0, 10)} with zonewright ${zonewright} on Node ${node.slice(1)}; ${cpu}, ${cores} cores, ${memoryGiB} GiB; medians of ${options.runs} runs,`,
    'alternating. All targets, met and missed: [docs/performance.md](docs/performance.md).',
    '',
    '| work | zonewright | fastest peer | times as fast |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

const documents = [
  { file: 'README.md', mark: 'bench', text: summary },
  {
    file: 'docs/performance.md',
    mark: 'results',
    text: () =>
      `Of ${date.slice(0, 16)}Z, ${options.runs} counted runs of each${options.quick ? ', none before them' : ''}.\n\n${printTables(rows, machine)}`,
  },
];

let stale = 0;
for (const { file, mark, text } of documents) {
  const target = path.join(root, file);
  const before = readFileSync(target, 'utf8');
  const [start, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  if (!before.includes(start) || !before.includes(end)) throw new Error(`${file} has no ${start}`);
  const replaced = `${before.slice(0, before.indexOf(start) + start.length)}\n\n${text()}\n\n${before.slice(before.indexOf(end))}`;
  const after = await prettier.format(replaced, {
    ...(await prettier.resolveConfig(target)),
    filepath: target,
  });
  if (after === before) continue;
  stale++;
  if (process.argv.includes('--check'))
    console.error(`${file} does not have ${newest}: run npm run docs:bench`);
  else writeFileSync(target, after);
}
process.exitCode = stale > 0 && process.argv.includes('--check') ? 1 : 0;
