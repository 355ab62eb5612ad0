import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { noteFiles } from './leaks/record.ts';
import { runProcess } from './run-process.ts';
import type { RunOptions, RunResult } from './run-process.ts';

const program = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));

let ofTheTest: string[] = [];
let ofTheFile: string[] = [];
let inTest = false;

function remove(directories: readonly string[]): void {
  for (const directory of directories) {
    noteFiles(directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

beforeEach(() => {
  inTest = true;
});

afterEach(() => {
  inTest = false;
  remove(ofTheTest);
  ofTheTest = [];
});

afterAll(() => {
  remove(ofTheFile);
  ofTheFile = [];
});

/**
 * A new empty folder. It is removed after the test that asked for it, or after the last test of the file when
 * `beforeAll` asked.
 */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'zonewright-test-'));
  (inTest ? ofTheTest : ofTheFile).push(directory);
  return directory;
}

/** Runs the built program (`npm run build`) as a user would; see `runProcess`. */
export function runCli(args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return runProcess(process.execPath, [program, ...args], options);
}
