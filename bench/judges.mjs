/**
 * What a measured run must have done. A judge returns what is wrong, or undefined.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eachLine, SIGNED } from './contenders.mjs';
import { expirations, fleetOrigins, write } from './inputs.mjs';
import { ask, firstLine, isInstalled, WORK } from './programs.mjs';

/** The output is a zone that BIND's validator accepts. */
export function isWellSigned({ origin, output }, directory) {
  return complaint('dnssec-verify', ['-q', '-o', origin, `${directory}/${output}`]);
}

/** Signatures may have come due between a run and its judgement; in seconds. */
const JUDGED_WITHIN = 600;

/** And no signature in it was to be made anew, having less than `refresh` seconds left, when it was signed. */
export function isRefreshed(refresh) {
  return (contender, directory) => {
    const due = shareDue(`${directory}/${contender.output}`, refresh - JUDGED_WITHIN);
    if (due > 0) return `${percent(due)} of the signatures are still due`;
    return isWellSigned(contender, directory);
  };
}

export async function isWellSignedFleet(_, directory) {
  await write(
    `${directory}/verify`,
    fleetOrigins.map((origin) => `-o ${origin} ${directory}/${SIGNED}/${origin}\n`).join(''),
  );
  const { program, args } = eachLine(`${directory}/verify`, 'dnssec-verify', '-q');
  return complaint(program, args);
}

/** The output has the records of `input`, as BIND reads both. */
export function hasRecordsOf(input, origin) {
  let expected;
  return ({ output }, directory) => {
    if (output === undefined || !isInstalled('named-compilezone')) return undefined;
    expected ??= recordLines(input, origin, `${directory}/expected`);
    const lines = recordLines(`${directory}/${output}`, origin, `${directory}/canonical`);
    if (lines.length !== expected.length) return `${lines.length} records, not ${expected.length}`;
    const differs = lines.findIndex((line, i) => line !== expected[i]);
    return differs < 0 ? undefined : `"${lines[differs]}" is not "${expected[differs]}"`;
  };
}

function recordLines(file, origin, canonical) {
  const problem = complaint('named-compilezone', [
    ...['-q', '-k', 'ignore', '-i', 'none', '-s', 'full'],
    ...['-o', canonical, origin, file],
  ]);
  if (problem !== undefined) return [problem];
  return readFileSync(path.join(WORK, canonical), 'latin1').split('\n').sort();
}

/** The share of the signatures in a file that expire within `refresh` seconds from now. */
export function shareDue(file, refresh) {
  const all = expirations(file);
  const limit = Date.now() / 1000 + refresh;
  return all.filter((expiration) => expiration < limit).length / all.length;
}

export const percent = (share) => `${(100 * share).toFixed(2)} %`;

function complaint(program, args) {
  const { status, stdout, stderr } = ask(program, args);
  return status === 0 ? undefined : `${program}: ${firstLine(stderr + stdout)}`;
}
