import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { guardedSuite } from './guarded-suite.ts';
import { runProcess } from './run-process.ts';
import type { RunOptions, RunResult } from './run-process.ts';

/** Servers and their tools live in the sbin folders, which an ordinary user's PATH may leave out. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const found = new Map<string, string | undefined>();

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a peer's program is, by its name or its path, or undefined if it is not installed. */
export function peer(name: string): string | undefined {
  if (!found.has(name)) {
    const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...systemFolders];
    found.set(
      name,
      folders
        .filter((folder) => folder !== '')
        .map((folder) => path.resolve(folder, name))
        .find(isExecutable),
    );
  }
  return found.get(name);
}

/** A suite that compares us with other implementations; it needs every named program. */
export function describeWithPeers(names: readonly string[], title: string, body: () => void): void {
  guardedSuite({
    title,
    missing: names.filter((name) => peer(name) === undefined),
    remedy: 'run scripts/install-peers.sh',
    body,
  });
}

/** Runs a peer's program to its end; see `runProcess`. */
export async function runPeer(
  name: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  const file = peer(name);
  if (file === undefined) throw new Error(`${name} is not installed: run scripts/install-peers.sh`);
  return runProcess(file, args, { ...options, isPeer: true });
}
