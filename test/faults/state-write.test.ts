import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeState } from '../../src/commands/state-store.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { printStateDocument } from '../../src/rollover/state-document.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { EXAMPLE, NOW } from '../rollover/example-state.ts';
import { ZONE } from '../rollover/random-state.ts';
import { bundleChild } from '../support/child-program.ts';
import { runProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/workspace.ts';

const STATE = 'example.com.state.json';
const BACKUP = `${STATE}.bak`;
const LOCK = 'example.com.state.lock';

interface Outcome {
  readonly result: 'killed' | 'done' | 'environment' | 'input' | 'unexpected';
  readonly code?: string;
  /** How many file operations there were. */
  readonly operations: number;
}

let program: string;

beforeAll(() => {
  program = bundleChild('state-run', temporaryDirectory());
});

const stateAt = (serial: number): RotationState => ({
  ...EXAMPLE,
  audit: [{ time: NOW + serial, what: 'run', why: 'test' }],
});
const textAt = (serial: number): string =>
  printStateDocument(ZONE, { state: stateAt(serial), simulated: false });

/** A key directory, where runs change the state. */
class Place {
  readonly directory = temporaryDirectory();

  path(name: string): string {
    return path.join(this.directory, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** One run in a process of its own; see `support/children/faulty-fs.ts` for the faults. */
  async run(serial: number, fault = ''): Promise<Outcome> {
    const args = [program, this.directory, String(NOW + serial), '0'];
    const { status, stdout, stderr } = await runProcess(process.execPath, args, { env: { FAULT: fault } });
    if (status === null) return { result: 'killed', operations: 0 };
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as Outcome;
  }

  /** Which run a file is of; the file must be whole. */
  runOf(name: string): number {
    const text = this.read(name);
    const serial = [1, 2, 3, 4].find((candidate) => textAt(candidate) === text);
    if (serial === undefined) throw new Error(`${name} is of none of our runs: ${text}`);
    return serial;
  }

  /** Which runs the state and its backup are of. */
  runs(): number[] {
    return [this.runOf(STATE), this.runOf(BACKUP)];
  }

  /** What is there besides the state and its backup. */
  litter(): string[] {
    return readdirSync(this.directory).filter((name) => name !== STATE && name !== BACKUP);
  }
}

/** A place where run 2 was the last and run 1 the one before. */
async function newPlace(): Promise<Place> {
  const place = new Place();
  for (const serial of [1, 2])
    await writeState(place.directory, ZONE, stateAt(serial), { files: fileStore, simulated: false });
  return place;
}

/** Tries something with each number from 1 to `last`, a few at a time. */
async function forEachOperation(last: number, attempt: (operation: number) => Promise<void>): Promise<void> {
  expect(last).toBeGreaterThan(20);
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= last) await attempt(next++);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

test('without a fault', async () => {
  const place = await newPlace();
  expect(await place.run(3)).toMatchObject({ result: 'done' });
  expect(place.runs()).toEqual([3, 2]);
  expect(place.litter()).toEqual([]);
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a run that is killed at any file operation', () => {
  /** Kills a run at each of its operations. Where the next one cannot finish, the test fails. */
  async function killEverywhere(prepare: () => Promise<Place>): Promise<void> {
    const seen = new Set<string>();
    const { operations } = await (await prepare()).run(3);
    await forEachOperation(operations, async (operation) => {
      const place = await prepare();
      expect(await place.run(3, `kill:${operation}`)).toMatchObject({ result: 'killed' });
      const [state, backup] = place.runs();
      seen.add(`${state}/${backup}`);
      expect(await place.run(4)).toMatchObject({ result: 'done' });
      expect(place.runs()).toEqual([4, state]);
      expect(place.litter()).not.toContain(LOCK);
    });
    // Before anything, between the two renames, and after them.
    expect([...seen].sort()).toEqual(['2/1', '2/2', '3/2']);
  }

  test(
    'leaves the old state or the new one, and the next run goes on',
    () => killEverywhere(newPlace),
    600_000,
  );

  test('does so while it takes over the lock of a dead run, too', async () => {
    let lock: string | undefined;
    for (let operation = 1; lock === undefined; operation++) {
      const place = await newPlace();
      await place.run(3, `kill:${operation}`);
      if (place.litter().includes(LOCK)) lock = place.read(LOCK);
    }
    await killEverywhere(async () => {
      const place = await newPlace();
      writeFileSync(place.path(LOCK), lock);
      return place;
    });
  }, 600_000);
});

test('a disk that is full from any moment on is exit status 4, and leaves the state as it was', async () => {
  const { operations } = await (await newPlace()).run(3);
  let failures = 0;
  await forEachOperation(operations, async (operation) => {
    const place = await newPlace();
    const { result, code } = await place.run(3, `ENOSPC:${operation}+`);
    expect(place.litter()).toEqual([]);
    if (result === 'done') {
      // There was nothing left to write.
      expect(place.runs()).toEqual([3, 2]);
      return;
    }
    failures++;
    expect({ result, code }).toEqual({ result: 'environment', code: 'file/no-space' });
    expect(place.runOf(STATE)).toBe(2);
    expect([1, 2]).toContain(place.runOf(BACKUP));
  });
  expect(failures).toBeGreaterThan(10);
}, 600_000);

test('a device that fails once is exit status 4 at the worst, and leaves a whole state', async () => {
  const { operations } = await (await newPlace()).run(3);
  await forEachOperation(operations, async (operation) => {
    const place = await newPlace();
    const { result, code } = await place.run(3, `EIO:${operation}`);
    if (result !== 'done') expect({ result, code }).toEqual({ result: 'environment', code: 'file/failed' });
    expect(
      result === 'done'
        ? [[3, 2]]
        : [
            [2, 1],
            [2, 2],
            [3, 2],
          ],
    ).toContainEqual(place.runs());
  });
}, 600_000);

describe('a directory that cannot be written', () => {
  test('is exit status 4, and nothing changes', async () => {
    const place = await newPlace();
    // Root may write everywhere: then the run is that of nobody.
    const isRoot = process.getuid?.() === 0;
    chmodSync(place.directory, 0o555);
    chmodSync(path.dirname(program), 0o755);
    const { stdout } = spawnSync(process.execPath, [program, place.directory, String(NOW + 3), '0'], {
      encoding: 'utf8',
      ...(isRoot && { uid: 65534, gid: 65534 }),
    });
    chmodSync(place.directory, 0o755);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'environment', code: 'file/permission' });
    expect(place.runs()).toEqual([2, 1]);
    expect(place.litter()).toEqual([]);
  });

  test('is the same on a read-only file system', async () => {
    const place = await newPlace();
    expect(await place.run(3, 'EROFS:1+')).toMatchObject({ result: 'environment', code: 'file/permission' });
    expect(place.runs()).toEqual([2, 1]);
    expect(place.litter()).toEqual([]);
  });
});

test('of runs at once one writes, the others wait or end with exit status 4', async () => {
  const place = await newPlace();
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => place.run(i % 2 === 0 ? 3 : 4)));
  expect(outcomes.map(({ result }) => result)).toContain('done');
  for (const { result, code } of outcomes)
    if (result !== 'done') expect({ result, code }).toEqual({ result: 'environment', code: 'state/locked' });
  expect([3, 4]).toContain(place.runOf(STATE));
  expect([2, 3, 4]).toContain(place.runOf(BACKUP));
  expect(place.litter()).toEqual([]);
});

test('a state that was cut off anywhere is refused and left as it is', async () => {
  const place = await newPlace();
  const text = textAt(2);
  for (const end of [0, 1, Math.floor(text.length / 2), text.length - 3]) {
    writeFileSync(place.path(STATE), text.slice(0, end));
    expect(await place.run(3)).toMatchObject({ result: 'input', code: 'state/damaged' });
    expect(place.read(STATE)).toBe(text.slice(0, end));
    expect(place.runOf(BACKUP)).toBe(1);
    expect(place.litter()).toEqual([]);
  }
});

test('a directory in the place of the state is refused', async () => {
  const place = new Place();
  mkdirSync(place.path(STATE));
  expect(await place.run(3)).toMatchObject({ result: 'environment', code: 'file/not-regular' });
  expect(place.litter()).toEqual([]);
});
