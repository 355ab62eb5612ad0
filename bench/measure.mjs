/**
 * Runs commands and takes their time and memory.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ask, environment, executable, WORK } from './programs.mjs';

const GNU_TIME = '/usr/bin/time';
const POLL_MILLISECONDS = 20;

/**
 * Runs `command` to its end, its output going to files in `directory`.
 *
 * Memory is the largest resident size of one process and so, as our workers are threads, of all of ours. GNU time asks the kernel for it; without GNU
 * time, /proc is read again and again, which misses what a process takes in its last moment. Without `memory` nothing comes between us and the
 * command: for those that take a few milliseconds.
 *
 * @returns `seconds` of the clock, `cpuSeconds` and `peakMiB` where they were taken and, if the command failed, `failure`
 */
export async function run({ program, args }, directory, { memory = true } = {}) {
  const timeFile = path.join(WORK, directory, 'time');
  const withTime = memory && existsSync(GNU_TIME);
  const streams = ['stdout', 'stderr'].map((name) => openSync(path.join(WORK, directory, name), 'w'));
  const [file, list] = withTime
    ? [GNU_TIME, ['-o', timeFile, '-f', '%M %U %S', executable(program), ...args]]
    : [executable(program), args];

  const started = process.hrtime.bigint();
  const child = spawn(file, list, { cwd: WORK, env: environment, stdio: ['ignore', ...streams] });
  const poll = memory && !withTime ? pollMemory(child.pid) : undefined;
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;

  streams.forEach(closeSync);
  return {
    seconds,
    ...(withTime ? readTimeFile(timeFile) : { peakMiB: poll?.stop() }),
    failure: status === 0 ? undefined : `exit status ${status}: ${lastWords(directory)}`,
  };
}

function readTimeFile(timeFile) {
  // A line that the command failed may stand before the figures.
  const line = readFileSync(timeFile, 'utf8').trim().split('\n').at(-1);
  const [kibibytes, user, system] = line.split(' ').map(Number);
  return { peakMiB: kibibytes / 1024, cpuSeconds: user + system };
}

function pollMemory(pid) {
  let peak;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024 || peak;
    } catch {
      // It has ended.
    }
  }, POLL_MILLISECONDS);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** The last line of what a command said that is neither a warning nor the continuation of a line. */
function lastWords(directory) {
  const lines = ['stdout', 'stderr'].flatMap((name) =>
    readFileSync(path.join(WORK, directory, name), 'latin1').split('\n'),
  );
  const last = lines.findLast((line) => /^\S/.test(line) && !line.includes('warning'));
  return (last ?? 'it says nothing').slice(0, 200);
}

/**
 * Signatures that OpenSSL makes and verifies in a second on `jobs` cores. It counts seconds of the processor: what else runs does not lower the limit.
 * @returns undefined where it does not tell
 */
export function cryptoLimit(algorithm, jobs) {
  const { stdout } = ask('openssl', [...['speed', '-seconds', '1', '-multi', String(jobs)], algorithm]);
  const [, sign, verify] = /^\s*\d+ bits .*?([\d.]+)\s+([\d.]+)\s*$/m.exec(stdout) ?? [];
  return sign === undefined ? undefined : { sign: Number(sign), verify: Number(verify) };
}

export function median(values) {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios of what was taken in the same round: what slows a whole round down does not show. */
export function medianRatio(values, others) {
  return median(
    values.flatMap((value, round) =>
      value === undefined || others[round] === undefined ? [] : [value / others[round]],
    ),
  );
}
