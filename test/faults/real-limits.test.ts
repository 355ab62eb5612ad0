import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fileStore } from '../../src/io/file-store.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import { bundleChild } from '../support/child-program.ts';
import { cronLine } from '../support/cron-line.ts';
import { runProcess } from '../support/run-process.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { PLAIN_ZONE } from '../support/sign-world.ts';
import { temporaryDirectory } from '../support/workspace.ts';

// What the system itself does where there is no room: limits and mounts in place of made-up errors.

const LATER = NOW + 3 * DAY;
let program: string;
let prepared: string;

beforeAll(async () => {
  program = bundleChild('rotate-run', temporaryDirectory());
  prepared = temporaryDirectory();
  writeFileSync(path.join(prepared, 'zone'), PLAIN_ZONE);
  const world = { files: fileStore, locks: fileLocks() };
  for (const now of [NOW, NOW + DAY]) await cronLine(prepared, { now, ...world });
  const ksk = readdirSync(path.join(prepared, 'keys')).find((name) => isKsk(name))!;
  const dsPublished = [{ keyTag: Number(/\+(\d{5})\.key$/.exec(ksk)![1]), at: NOW + DAY }];
  await cronLine(prepared, { now: NOW + DAY, ...world }, { dsPublished });
});

function isKsk(name: string): boolean {
  return (
    name.endsWith('.key') && readFileSync(path.join(prepared, 'keys', name), 'utf8').includes('DNSKEY 257')
  );
}

interface Outcome {
  readonly result: string;
  readonly code?: string;
}

/** Begins a ZSK rollover in a directory, in a shell that was prepared so. */
async function run(directory: string, preparation: string, shell: readonly string[] = []): Promise<Outcome> {
  const command = shell[0] ?? 'bash';
  const args = shell.length === 0 ? [] : [...shell.slice(1), 'bash'];
  const script = `${preparation}\nexec "$@"`;
  const { stdout, stderr } = await runProcess(command, [
    ...args,
    '-c',
    script,
    'bash',
    process.execPath,
    program,
    directory,
    String(LATER),
    'zsk',
  ]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Outcome;
}

function copy(): string {
  const directory = temporaryDirectory();
  cpSync(prepared, directory, { recursive: true });
  return directory;
}

/** Zone and state by content; temporary files must be none. */
function precious(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true }).map(String);
  expect(names.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'))).toEqual([]);
  return ['zone.signed', 'keys/example.state.json'].map((name) =>
    readFileSync(path.join(directory, name), 'utf8'),
  );
}

test('files that may not grow: exit status 4, the old zone, and the next run completes', async () => {
  let failures = 0;
  // In KiB: the lock fits, then the keys, then the zone, then the state.
  for (const limit of [1, 2, 4, 6, 8, 12]) {
    const directory = copy();
    const before = precious(directory);
    const outcome = await run(directory, `ulimit -f ${limit}`);
    const after = precious(directory);
    if (outcome.result === 'done') continue;
    failures++;
    expect(outcome).toMatchObject({ result: 'environment', code: 'file/no-space' });
    expect(after[0]).toBe(before[0]);
    if (limit < 4) expect(after).toEqual(before);
    const isStarted = after[1] !== before[1];
    await cronLine(
      directory,
      { now: LATER, files: fileStore, locks: fileLocks() },
      isStarted ? {} : { start: 'zsk' },
    );
    expect(precious(directory)[0]).not.toBe(before[0]);
  }
  expect(failures).toBeGreaterThan(1);
}, 600_000);

/** Mounts need root, or a system that lets users have namespaces of their own. Where there is neither, the limits above have to do. */
const namespace = [
  ['unshare', '-m'],
  ['unshare', '-rm'],
].find(
  ([command, ...args]) =>
    spawnSync(command!, [...args, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' }).status === 0,
);

(namespace === undefined ? describe.skip : describe)('in a mount namespace', () => {
  test('a full file system: exit status 4, and nothing changes', async () => {
    const directory = copy();
    const before = precious(directory);
    const kept = temporaryDirectory();
    // The run sees a small file system; what it leaves there is copied back when it is over.
    const preparation = `
      cp -a ${directory}/. ${kept}/ && mount -t tmpfs -o size=512k tmpfs ${directory} && cp -a ${kept}/. ${directory}/
      dd if=/dev/zero of=${directory}/filler bs=4k 2>/dev/null
      trap 'rm ${directory}/filler; rm -rf ${kept}/*; cp -a ${directory}/. ${kept}/' EXIT
      run() { "$@"; }; run "$@"; exit 0`;
    const outcome = await run(directory, preparation, namespace);
    expect(outcome).toMatchObject({ result: 'environment', code: 'file/no-space' });
    expect(existsSync(path.join(kept, 'filler'))).toBe(false);
    expect(precious(kept)).toEqual(before);
  });

  test('a read-only file system: exit status 4, and nothing changes', async () => {
    const directory = copy();
    const before = precious(directory);
    const preparation = `mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory}`;
    expect(await run(directory, preparation, namespace)).toMatchObject({
      result: 'environment',
      code: 'file/permission',
    });
    expect(precious(directory)).toEqual(before);
  });
});
