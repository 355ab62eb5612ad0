import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { runProcess } from './run-process.ts';

/** The lines of Node.js on which the package must run. */
export const NODE_RELEASES = ['20', '22', '24', '26'] as const;

/**
 * Fetches the newest Node.js of a line through the npm registry, whose packages `node-linux-*` have the program alone; npm's cache keeps them.
 * Returns the path of the program.
 */
export async function fetchNode(release: string, directory: string): Promise<string> {
  const own = path.join(directory, release);
  mkdirSync(own, { recursive: true });
  const name = `node-${process.platform}-${process.arch}@${release}`;
  const packed = await runProcess('npm', ['pack', '--silent', '--prefer-offline', name], { cwd: own });
  if (packed.status !== 0) throw new Error(`npm pack ${name}: ${packed.stderr}`);
  const program = 'package/bin/node';
  const unpacked = await runProcess('tar', ['-xzf', packed.stdout.trim(), program], { cwd: own });
  if (unpacked.status !== 0) throw new Error(unpacked.stderr);
  return path.join(own, program);
}
