import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fileLocks } from '../../src/io/state-lock.ts';
import { bundleChild } from '../support/child-program.ts';
import { runProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/workspace.ts';

const locks = fileLocks({ patience: 0 });

let program: string;
let directory: string;
let file: string;

beforeAll(() => {
  program = bundleChild('lock-run', temporaryDirectory());
});

beforeEach(() => {
  directory = temporaryDirectory();
  file = path.join(directory, 'example.com.state.lock');
});

type Content = Record<string, string | number>;

function content(): Content {
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}

/** Leaves a lock of this process there, with other things said of its holder. */
async function leaveLock(change: Readonly<Record<string, string | number | undefined>>): Promise<Content> {
  const lock = await locks.acquire(file, 'zonewright rotate example.com');
  const holder = { ...content(), ...change };
  await lock.release();
  writeFileSync(file, JSON.stringify(holder));
  return holder as Content;
}

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync('true').pid;
}

/** A process of its own that has the lock. */
async function holder(end: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, file, '0', end], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return child;
}

const names = (): string[] => readdirSync(directory);

test('the file is there while the lock is held, and says by whom', async () => {
  const lock = await locks.acquire(file, 'zonewright rotate example.com');
  expect(content()).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    pid: process.pid,
    command: 'zonewright rotate example.com',
    host: os.hostname(),
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    ...(process.platform === 'linux' && {
      started: /\) [A-Z] (?:-?\d+ ){18}(\d+) /.exec(readFileSync('/proc/self/stat', 'utf8'))![1],
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      pidNamespace: expect.stringMatching(/^pid:\[\d+\]$/),
    }),
  });
  expect(names()).toEqual([path.basename(file)]);
  await lock.release();
  await lock.release();
  expect(names()).toEqual([]);
});

test('a second run waits for the first', async () => {
  const first = await locks.acquire(file, 'first');
  const waiting = fileLocks().acquire(file, 'second');
  await sleep(120);
  expect(content()).toMatchObject({ command: 'first' });
  await first.release();
  const second = await waiting;
  expect(content()).toMatchObject({ command: 'second' });
  await second.release();
});

test('a run that waits in vain says who holds the lock', async () => {
  const lock = await locks.acquire(file, 'zonewright rotate example.com');
  const { since } = content();
  const start = performance.now();
  await expect(fileLocks({ patience: 200 }).acquire(file, 'second')).rejects.toMatchObject({
    kind: 'environment',
    code: 'state/locked',
    message: `another run holds this lock: process ${process.pid} on ${os.hostname()}, "zonewright rotate example.com", since ${since}`,
    hint: 'run the command again when that process has ended',
    location: { file },
  });
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  expect(names()).toEqual([path.basename(file)]);
  await lock.release();
});

test('locks of different files do not wait for each other', async () => {
  const one = await locks.acquire(file, 'one');
  const other = await locks.acquire(`${file}2`, 'other');
  await one.release();
  expect(names()).toEqual([`${path.basename(file)}2`]);
  await other.release();
});

test('a lock that somebody else has taken meanwhile is not released', async () => {
  const lock = await locks.acquire(file, 'first');
  rmSync(file);
  const other = await fileLocks({ patience: 0 }).acquire(file, 'second');
  await lock.release();
  expect(content()).toMatchObject({ command: 'second' });
  await other.release();
  expect(names()).toEqual([]);
});

test('a directory that is not there is named', async () => {
  await expect(locks.acquire(path.join(directory, 'no', 'x.lock'), 'x')).rejects.toMatchObject({
    kind: 'environment',
    code: 'file/not-found',
  });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a lock is taken over', () => {
  /** Takes the lock that is there, and releases it. */
  async function takeOver(): Promise<void> {
    const lock = await locks.acquire(file, 'taker');
    expect(content()).toMatchObject({ pid: process.pid, command: 'taker' });
    expect(names()).toEqual([path.basename(file)]);
    await lock.release();
    expect(names()).toEqual([]);
  }

  test('from a process that is gone', async () => {
    await leaveLock({ pid: deadProcess() });
    await takeOver();
  });

  test('from a process whose number another one has now', async () => {
    await leaveLock({ started: '1' });
    await takeOver();
  });

  test('from a process that has ended, but whose parent does not ask for it', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    while (stat()[0] !== 'Z') await sleep(10);
    await leaveLock({ pid, started: stat()[19]! });
    await takeOver();
    parent.kill('SIGKILL');
    await once(parent, 'close');
  });

  test('from a run that was killed', async () => {
    const child = await holder('wait');
    await expect(locks.acquire(file, 'early')).rejects.toMatchObject({ code: 'state/locked' });
    child.kill('SIGKILL');
    await once(child, 'close');
    rmSync(`${file}-inside`, { force: true });
    expect(content()).toMatchObject({ pid: child.pid });
    await takeOver();
  });

  test('from a run that died while it took it over', async () => {
    const dead = await leaveLock({ pid: deadProcess() });
    const other = { ...dead, id: '0123456789abcdef' };
    writeFileSync(`${file}.${dead['id']!}`, JSON.stringify(other));
    await takeOver();
  });

  test('not while another run takes it over', async () => {
    const dead = await leaveLock({ pid: deadProcess() });
    writeFileSync(
      `${file}.${dead['id']!}`,
      JSON.stringify({ ...dead, pid: process.pid, id: '0123456789abcdef' }),
    );
    await expect(locks.acquire(file, 'x')).rejects.toMatchObject({ code: 'state/locked' });
    expect(content()).toEqual(dead);
  });
});

describe('a lock is not taken over', () => {
  test.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['from another host', { host: 'elsewhere' }],
    ['from another boot', { boot: '00000000-0000-0000-0000-000000000000' }],
    ['from another process namespace', { pidNamespace: 'pid:[1]' }],
    ['where the boot is not known', { boot: undefined }],
    ['where the start of the process is not known', { started: undefined }],
    ['where the process namespace is not known', { pidNamespace: undefined }],
  ])('%s', async (_, change) => {
    const holder = await leaveLock({ pid: deadProcess(), ...change });
    await expect(locks.acquire(file, 'x')).rejects.toMatchObject({
      code: 'state/locked',
      hint: `whether it still runs cannot be known from here: when it does not, delete ${file}`,
    });
    expect(content()).toEqual(JSON.parse(JSON.stringify(holder)));
    expect(names()).toEqual([path.basename(file)]);
  });

  test('where there is no /proc', async () => {
    const blind = fileLocks({ patience: 0, procDirectory: path.join(directory, 'none') });
    const lock = await blind.acquire(file, 'first');
    expect(Object.keys(content())).toEqual(['id', 'pid', 'command', 'host', 'since']);
    writeFileSync(file, JSON.stringify({ ...content(), pid: deadProcess() }));
    await expect(blind.acquire(file, 'second')).rejects.toMatchObject({ code: 'state/locked' });
    await lock.release();
    expect(names()).toEqual([]);
  });

  test.each([
    '',
    'no JSON',
    '[]',
    'null',
    '{}',
    '{"id": "../../escape", "pid": 1, "command": "", "host": "", "since": ""}',
    '{"id": "0123456789abcdef", "pid": -1, "command": "", "host": "", "since": ""}',
    '{"id": "0123456789abcdef", "pid": 1, "command": 1, "host": "", "since": ""}',
  ])('that says %j', async (text) => {
    writeFileSync(file, text);
    await expect(locks.acquire(file, 'x')).rejects.toMatchObject({
      kind: 'environment',
      code: 'state/locked',
      message: 'another run holds this lock, and the file does not say which',
      hint: `when no zonewright is at work on this zone, delete ${file}`,
    });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('a process that ends', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s releases its lock, and ends by it',
    async (signal) => {
      const child = await holder('wait');
      expect(existsSync(file)).toBe(true);
      child.kill(signal);
      const [status, endedBy] = (await once(child, 'close')) as [number | null, string | null];
      expect([status, endedBy]).toEqual([null, signal]);
      expect(existsSync(file)).toBe(false);
    },
  );

  test.each([
    ['exit', 7],
    ['throw', 1],
    ['release', 0],
  ])('by %s releases its lock', async (end, status) => {
    const result = await runProcess(process.execPath, [program, file, '0', end]);
    expect(result).toMatchObject({ status, stdout: 'held\n' });
    expect(names()).toEqual([]);
  });

  test('leaves no listener behind once its locks are released', async () => {
    const before = process.listenerCount('SIGTERM');
    const lock = await locks.acquire(file, 'x');
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await lock.release();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

describe('many processes at once', () => {
  /** Lets runs fight for the lock. Each must have had it, and never two. */
  async function fight(ends: readonly string[], env: Record<string, string> = {}): Promise<void> {
    const results = await Promise.all(
      ends.map((end) => runProcess(process.execPath, [program, file, '40000', end], { env })),
    );
    results.forEach(({ status, stdout, stderr }, i) => {
      expect({ stdout, stderr, status }).toEqual({
        stdout: 'held\n',
        stderr: '',
        status: ends[i] === 'crash' ? null : 0,
      });
    });
  }

  test('have the lock one after the other', async () => {
    await fight(Array<string>(12).fill('release'));
    expect(names()).toEqual([]);
  });

  test('also where there are no hard links', async () => {
    await fight(Array<string>(12).fill('release'), { NO_LINKS: '1' });
    expect(names()).toEqual([]);
  });

  onLinux('of which some die', () => {
    test('take over from the dead one after the other', async () => {
      await leaveLock({ pid: deadProcess() });
      await fight(Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 'release' : 'crash')));
      await (await locks.acquire(file, 'last')).release();
      expect(names()).toEqual([]);
    });
  });
});
