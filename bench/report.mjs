/**
 * Shows the results: tables for people and for docs/performance.md, JSON for later.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CORES } from './inputs.mjs';
import { median, medianRatio } from './measure.mjs';
import { ourVersion, peerVersions } from './programs.mjs';

const RESULTS = fileURLToPath(new URL('results', import.meta.url));

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: CORES,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    loadBefore: loadavg()[0],
    node: process.version,
    openssl: process.versions.openssl,
    zonewright: ourVersion(),
    peers: peerVersions(),
  };
}

/** Two tables in Markdown: what had to be reached, and what was taken. */
export function printTables(results, machine) {
  const { cpu, cores, memoryGiB, node, zonewright, peers } = machine;
  const installed = Object.entries(peers).filter(([, version]) => version !== null);
  const missing = Object.entries(peers).flatMap(([program, version]) => (version === null ? [program] : []));
  return [
    `zonewright ${zonewright} on Node ${node}; ${cpu}, ${cores} cores, ${memoryGiB} GiB`,
    `peers: ${installed.map(([program, version]) => `${program} ${version}`).join(', ')}`,
    ...(missing.length > 0 ? [`not installed, left out: ${missing.join(', ')}`] : []),
    '',
    ...table(
      ['row', 'what zonewright is to reach', 'ratio', 'against', 'met'],
      results.flatMap((row) => targetLines(row)),
    ),
    '',
    ...table(
      ['row', 'who', 'seconds', 'times ours', 'CPU seconds', 'peak MiB', 'note'],
      results.flatMap((row) => contenderLines(row)),
    ),
    '',
  ].join('\n');
}

function targetLines({ name, status, reason, targets }) {
  if (status !== 'measured') return [[name, reason, '', '', status === 'failed' ? 'FAILED' : status]];
  return targets.map(({ text, ratio, against, met }) => [
    name,
    text,
    ratio?.toFixed(2) ?? '',
    against ?? '',
    met === undefined ? 'nothing to compare with' : met ? 'yes' : 'NO',
  ]);
}

function contenderLines({ name: row, contenders }) {
  const ours = contenders.find((each) => each.ours);
  return contenders.map(({ name, ours: us, seconds, cpuSeconds, peakMiB, note, problem }) => {
    if (problem !== undefined)
      return [row, name, '', '', '', '', `${us ? 'FAILED' : 'left out'}: ${problem}`];
    return [
      row,
      name,
      median(seconds)?.toFixed(3) ?? '',
      medianRatio(seconds, ours.seconds)?.toFixed(2) ?? '',
      median(taken(cpuSeconds))?.toFixed(3) ?? '',
      median(taken(peakMiB))?.toFixed(0) ?? '',
      note ?? '',
    ];
  });
}

const taken = (values) => values.filter((value) => value !== undefined);

function table(head, body) {
  const cells = body.map((line) => line.map((cell) => String(cell).replaceAll('|', '\\|')));
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i].length)));
  const row = (line) => `| ${line.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...cells.map(row)];
}

/** Writes everything that was taken; returns the file's name. */
export async function writeResults(results, machine, options) {
  const date = new Date().toISOString();
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${date.slice(0, 16).replace(':', '')}.json`);
  await writeFile(file, `${JSON.stringify({ date, machine, options, rows: results }, undefined, 2)}\n`);
  return path.relative(process.cwd(), file);
}
