import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bundleChild } from '../support/child-program.ts';
import { runProcess } from '../support/run-process.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { PLAIN_ZONE, signWorld, type SignWorld } from '../support/sign-world.ts';
import { codesOf, verifyText } from '../support/verify-file.ts';
import { runCli, temporaryDirectory } from '../support/workspace.ts';

interface Outcome {
  readonly result: 'killed' | 'done' | 'environment' | 'input' | 'usage' | 'unexpected';
  readonly code?: string;
  readonly serial?: number;
  readonly operations: number;
}

const OUTPUT = 'zone.signed';
const DIGESTS = path.join('keys', 'example.outputs.json');

let program: string;
/** What the next run writes where nothing goes wrong. */
let nextOutput: string;

beforeAll(async () => {
  program = bundleChild('sign-run', temporaryDirectory());
  const world = await changedWorld();
  expect(await run(world)).toMatchObject({ result: 'done', serial: 3 });
  nextOutput = world.read(OUTPUT);
  expect(codesOf(await verifyText(nextOutput, { at: NOW }), 'error')).toEqual([]);
});

/** A world with an output, where another run has something to do. */
async function changedWorld(): Promise<SignWorld> {
  const world = await signWorld();
  await world.sign({ zonemd: 1 });
  world.write('zone', PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9'));
  return world;
}

/** A run in a process of its own; see `support/children/faulty-fs.ts` for the faults. */
async function run(world: SignWorld, fault = ''): Promise<Outcome> {
  const { status, stdout, stderr } = await runProcess(process.execPath, [program, world.directory], {
    env: { FAULT: fault },
  });
  if (status === null) return { result: 'killed', operations: 0 };
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Outcome;
}

const isTemporary = (name: string): boolean => /(^|\/)\.[^/]+-[0-9a-f]{12}\.tmp$/.test(name);

/** What is there, temporary files and the record of outputs aside. */
function precious(world: SignWorld): Record<string, string> {
  return Object.fromEntries(
    Object.entries(world.files()).filter(([name]) => !isTemporary(name) && name !== DIGESTS),
  );
}

const litter = (world: SignWorld): string[] => Object.keys(world.files()).filter(isTemporary);

/** Tries something with each number from 1 to `last`, a few at a time. */
async function forEachOperation(attempt: (operation: number) => Promise<void>): Promise<void> {
  const { operations } = await run(await changedWorld());
  expect(operations).toBeGreaterThan(25);
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= operations) await attempt(next++);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}

/** The files of a world as they were before a run, or with the whole new output. Says which. */
function oldOrNew(before: Record<string, string>, world: SignWorld): 'old' | 'new' {
  const after = precious(world);
  const isNew = after[OUTPUT] === nextOutput;
  expect(after).toEqual(isNew ? { ...before, [OUTPUT]: nextOutput } : before);
  return isNew ? 'new' : 'old';
}

test('killed at any file operation, it leaves the old output or the new one, and the next run goes on', async () => {
  const seen = new Set<string>();
  await forEachOperation(async (operation) => {
    const world = await changedWorld();
    const before = precious(world);
    expect(await run(world, `kill:${operation}`)).toMatchObject({ result: 'killed' });
    seen.add(oldOrNew(before, world));
    // Nobody reads what stays of a temporary file: its name begins with a dot and ends in .tmp.
    expect(litter(world).length).toBeLessThanOrEqual(1);
    expect(await run(world)).toMatchObject({ result: 'done', serial: 3 });
    expect(oldOrNew(before, world)).toBe('new');
    if (litter(world).length === 0) return;
    // That run had nothing to write there; the next that has clears it away.
    world.write('zone', PLAIN_ZONE);
    expect(await run(world)).toMatchObject({ result: 'done' });
    expect(litter(world)).toEqual([]);
  });
  expect([...seen].sort()).toEqual(['new', 'old']);
}, 600_000);

test('on a disk that is full from any moment on, it leaves everything as it was', async () => {
  let failures = 0;
  await forEachOperation(async (operation) => {
    const world = await changedWorld();
    const before = precious(world);
    const { result, code } = await run(world, `ENOSPC:${operation}+`);
    expect(litter(world)).toEqual([]);
    if (result === 'done') {
      expect(oldOrNew(before, world)).toBe('new');
      return;
    }
    failures++;
    expect({ result, code }).toEqual({ result: 'environment', code: 'file/no-space' });
    expect(oldOrNew(before, world)).toBe('old');
  });
  expect(failures).toBeGreaterThan(10);
}, 600_000);

test('on a device that fails once, it fails, or does all of its work', async () => {
  await forEachOperation(async (operation) => {
    const world = await changedWorld();
    const before = precious(world);
    const { result } = await run(world, `EIO:${operation}`);
    expect(['environment', 'done']).toContain(result);
    expect(oldOrNew(before, world)).toBe(result === 'done' ? 'new' : 'old');
  });
}, 600_000);

test('on a read-only file system, it leaves everything as it was', async () => {
  const world = await changedWorld();
  const before = world.files();
  expect(await run(world, 'EROFS:1+')).toMatchObject({ result: 'environment', code: 'file/permission' });
  expect(world.files()).toEqual(before);
});

test('of two runs at once each leaves a whole output', async () => {
  const world = await changedWorld();
  const before = precious(world);
  const outcomes = await Promise.all([run(world), run(world)]);
  expect(outcomes.map(({ result }) => result)).toEqual(['done', 'done']);
  expect(oldOrNew(before, world)).toBe('new');
  expect(litter(world)).toEqual([]);
});

describe('a signal while the output is written', () => {
  /** A run that has written half of the output. */
  async function writing(world: SignWorld): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, world.directory, '30000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    expect(output.toString()).toBe('writing\n');
    expect(litter(world)).toHaveLength(1);
    return child;
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the run and leaves everything as it was',
    async (signal) => {
      const world = await changedWorld();
      const before = world.files();
      const child = await writing(world);
      child.kill(signal);
      expect(await once(child, 'close')).toEqual([null, signal]);
      expect(world.files()).toEqual(before);
    },
  );

  test('SIGKILL leaves a temporary file, which harms nobody', async () => {
    const world = await changedWorld();
    const before = precious(world);
    const child = await writing(world);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(oldOrNew(before, world)).toBe('old');
    expect(litter(world)).toHaveLength(1);
    expect(await run(world)).toMatchObject({ result: 'done', serial: 3 });
    expect(oldOrNew(before, world)).toBe('new');
  });
});

describe('the program', () => {
  const arguments_ = (world: SignWorld): string[] => [
    'sign',
    world.path('zone'),
    '--key-directory',
    world.path('keys'),
    '--now',
    '20260102000000',
    '--quiet',
  ];

  async function fails(world: SignWorld, status: number, message: RegExp): Promise<void> {
    const before = world.files();
    const result = await runCli(arguments_(world), { cwd: world.directory });
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(world.files()).toEqual(before);
  }

  test('ends with 3 where a private key is missing', async () => {
    const world = await changedWorld();
    const [name] = Object.keys(world.files()).filter((file) => file.endsWith('.private'));
    rmSync(world.path(name!));
    await fails(world, 3, /the private key of K\S+ is missing/);
  });

  test('ends with 3 where a private key is damaged', async () => {
    const world = await changedWorld();
    const [name] = Object.keys(world.files()).filter((file) => file.endsWith('.private'));
    world.write(name!, world.read(name!).slice(0, 60));
    await fails(world, 3, /\.private/);
  });

  test('ends with 4 where a private key cannot be read', async () => {
    const world = await changedWorld();
    const [name] = Object.keys(world.files()).filter((file) => file.endsWith('.private'));
    // Not even root can read a directory as a file.
    rmSync(world.path(name!));
    world.write(`${name!}/in-the-way`, '');
    await fails(world, 4, /cannot be read/);
  });

  test('ends with 3 where the zone is bad, with file and line', async () => {
    const world = await changedWorld();
    world.write('zone', `${PLAIN_ZONE}www IN A 192.0.2.256\n`);
    await fails(world, 3, /zone:10:\d+: /);
  });

  test('ends with 4 where the output cannot be written to its end', async () => {
    const world = await changedWorld();
    world.write(
      'zone',
      PLAIN_ZONE + Array.from({ length: 500 }, (_, i) => `n${i} IN A 192.0.2.1\n`).join(''),
    );
    const before = world.files();
    // Files may have 16 blocks, of 512 or 1024 octets.
    const bin = path.join(import.meta.dirname, '../../bin/zonewright.js');
    const command = ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, bin, ...arguments_(world)];
    const { status, stderr } = await runProcess('/bin/sh', command, { cwd: world.directory });
    expect({ status, files: world.files() }).toEqual({ status: 4, files: before });
    expect(stderr).toContain(OUTPUT);
  });

  test('leaves the output as it was, or whole, wherever it is interrupted', async () => {
    const many = Array.from({ length: 4000 }, (_, i) => `n${i} IN A 192.0.2.1\n`).join('');
    const bin = path.join(import.meta.dirname, '../../bin/zonewright.js');
    const endings = new Set<string>();
    for (const [i, delay] of [100, 200, 300, 400, 500, 600, 700, 800, 1000, 1500].entries()) {
      const world = await changedWorld();
      world.write('zone', PLAIN_ZONE + many);
      const old = world.read(OUTPUT);
      const child = spawn(process.execPath, [bin, ...arguments_(world)], { stdio: 'ignore' });
      setTimeout(() => child.kill(i % 2 === 0 ? 'SIGINT' : 'SIGTERM'), delay);
      const [status] = (await once(child, 'close')) as [number | null];
      endings.add(String(status));
      expect(litter(world)).toEqual([]);
      const output = world.read(OUTPUT);
      // A signal may come once the zone is in place.
      if (status === 0 || output !== old) {
        // The time at which the program signed.
        const report = await verifyText(output, { at: NOW + DAY });
        expect(codesOf(report, 'error')).toEqual([]);
        expect(report.records).toBeGreaterThan(8000);
      }
    }
    expect(endings).toContain('null');
  }, 600_000);
});

test('a directory that cannot be written is exit status 4', async () => {
  const world = await changedWorld();
  const before = world.files();
  chmodSync(world.directory, 0o555);
  // Root may write everywhere: then the run is that of nobody, who may read everything here.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const name of Object.keys(before)) chmodSync(world.path(name), 0o644);
  chmodSync(world.path('keys'), 0o755);
  chmodSync(path.dirname(program), 0o755);
  const child = spawn(process.execPath, [program, world.directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(isRoot && { uid: 65534, gid: 65534 }),
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  chmodSync(world.directory, 0o755);
  expect(JSON.parse(output.toString())).toMatchObject({ result: 'environment', code: 'file/permission' });
  expect(world.files()).toEqual(before);
});
