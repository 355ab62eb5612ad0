import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { stateFile } from '../../src/commands/state-file.ts';
import { readState, withStateLock, writeState } from '../../src/commands/state-store.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { environmentError, usageError } from '../../src/errors.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { MemoryFiles } from '../keys/memory-files.ts';
import { EXAMPLE, NOW } from '../rollover/example-state.ts';
import { ZONE } from '../rollover/random-state.ts';
import { temporaryDirectory } from '../support/workspace.ts';

const FILE = 'keys/example.com.state.json';
const BACKUP = `${FILE}.bak`;

/** States that differ. */
const [FIRST, SECOND, THIRD] = [1, 2, 3].map((days): RotationState => ({
  ...EXAMPLE,
  audit: [{ time: NOW + days, what: 'run', why: 'test' }],
})) as [RotationState, RotationState, RotationState];

let files: MemoryFiles;

beforeEach(() => {
  files = new MemoryFiles();
});

const write = (state: RotationState, simulated = false): Promise<void> =>
  writeState('keys', ZONE, state, { files, simulated });
const read = (simulated = false): ReturnType<typeof readState> =>
  readState('keys', ZONE, { files, simulated });

/** The state in a file, by the time of its one audit entry: 1, 2 or 3. */
function which(file: string): number {
  const { audit } = JSON.parse(files.text(file)) as { audit: [{ time: string }] };
  return Date.parse(audit[0].time) / 1000 - NOW;
}

test.each([
  ['example.com', 'keys/example.com.state.json'],
  ['Example.COM.', 'keys/example.com.state.json'],
  ['.', 'keys/.state.json'],
  ['0/25.2.0.192.in-addr.arpa', 'keys/0%2F25.2.0.192.in-addr.arpa.state.json'],
])('the state of %s is in %s', (zone, file) => {
  expect(stateFile('keys', nameFromText(zone))).toBe(file);
});

describe('reading', () => {
  test('finds nothing where there is no file', async () => {
    expect(await read()).toBeUndefined();
  });

  test('gives what was written', async () => {
    await write(FIRST);
    expect(await read()).toEqual({ state: FIRST, simulated: false });
  });

  test('names the file and the line of damage', async () => {
    await write(FIRST);
    files.put(FILE, files.text(FILE).replace('"role": "zsk"', '"role": "xsk"'));
    await expect(read()).rejects.toMatchObject({
      kind: 'input',
      code: 'state/damaged',
      location: { file: FILE, line: expect.any(Number) },
      hint: `zonewright rotate example.com --adopt rebuilds it; the previous one is ${BACKUP}`,
    });
  });

  test('refuses what is no UTF-8', async () => {
    await write(FIRST);
    const octets = Uint8Array.from(files.contents.get(FILE)!);
    octets[octets.indexOf('e'.charCodeAt(0))] = 0xff;
    files.contents.set(FILE, octets);
    await expect(read()).rejects.toMatchObject({ code: 'state/damaged', location: { file: FILE } });
  });

  test('leaves failures of the machine what they are', async () => {
    await write(FIRST);
    files.unreadable.add(FILE);
    await expect(read()).rejects.toMatchObject({ kind: 'environment', code: 'file/permission' });
  });
});

describe('writing', () => {
  test('keeps the state before as .bak', async () => {
    await write(FIRST);
    expect(files.paths()).toEqual([FILE]);
    await write(SECOND);
    expect([which(FILE), which(BACKUP)]).toEqual([2, 1]);
    await write(THIRD);
    expect([which(FILE), which(BACKUP)]).toEqual([3, 2]);
  });

  test('of the same state changes nothing', async () => {
    await write(FIRST);
    await write(SECOND);
    files.beforeWrite = (file) => {
      throw new Error(`${file} is written`);
    };
    await write(SECOND);
    expect([which(FILE), which(BACKUP)]).toEqual([2, 1]);
  });

  test('puts the backup in place before the state', async () => {
    await write(FIRST);
    const order: string[] = [];
    files.beforeWrite = (file) => void order.push(file);
    await write(SECOND);
    expect(order).toEqual([BACKUP, FILE]);
  });

  test.each([BACKUP, FILE])('leaves the state as it is where %s cannot be written', async (failing) => {
    await write(FIRST);
    await write(SECOND);
    files.beforeWrite = (file) => {
      if (file === failing) throw environmentError('file/no-space', 'no space');
    };
    await expect(write(THIRD)).rejects.toMatchObject({ kind: 'environment', code: 'file/no-space' });
    expect(which(FILE)).toBe(2);
  });

  test('does not put damage in the place of a good backup', async () => {
    await write(FIRST);
    await write(SECOND);
    files.put(FILE, files.text(FILE).slice(0, 500));
    await write(THIRD);
    expect([which(FILE), which(BACKUP)]).toEqual([3, 1]);
  });

  test('keeps a state that only a newer version can read', async () => {
    await write(FIRST);
    files.put(FILE, '{"schema": "zonewright/state/v2"}');
    await write(SECOND);
    expect(which(FILE)).toBe(2);
    expect(files.text(BACKUP)).toBe('{"schema": "zonewright/state/v2"}');
  });

  test('makes files with the usual mode, and keeps the mode that somebody gave them', async () => {
    const directory = temporaryDirectory();
    const file = path.join(directory, 'example.com.state.json');
    const mode = (name: string): number => statSync(name).mode & 0o777;
    const environment = { files: fileStore, simulated: false };
    await writeState(directory, ZONE, FIRST, environment);
    // That of a file made in the plainest way.
    writeFileSync(path.join(directory, 'reference'), '');
    expect(mode(file)).toBe(mode(path.join(directory, 'reference')));
    chmodSync(file, 0o600);
    await writeState(directory, ZONE, SECOND, environment);
    expect([mode(file), mode(`${file}.bak`)]).toEqual([0o600, 0o600]);
    expect(readFileSync(`${file}.bak`, 'utf8')).not.toBe(readFileSync(file, 'utf8'));
  });
});

describe('under --now', () => {
  test('a state is marked, and real runs refuse it', async () => {
    await write(FIRST);
    await write(SECOND, true);
    expect(await read(true)).toEqual({ state: SECOND, simulated: true });
    await expect(read()).rejects.toMatchObject({
      kind: 'input',
      code: 'state/simulated',
      location: { file: FILE },
      hint: `mv ${BACKUP} ${FILE} brings back the last real one; or go on with --now`,
    });
  });

  test('real states can be read', async () => {
    await write(FIRST);
    expect(await read(true)).toEqual({ state: FIRST, simulated: false });
  });

  test('the last real state stays as .bak through any number of runs', async () => {
    await write(FIRST);
    await write(SECOND, true);
    await write(THIRD, true);
    expect([which(FILE), which(BACKUP)]).toEqual([3, 1]);
    // A state that is adopted anew.
    await write(SECOND);
    expect([which(FILE), which(BACKUP)]).toEqual([2, 1]);
    expect(await read()).toEqual({ state: SECOND, simulated: false });
  });

  test('a state that never was real can be deleted', async () => {
    await write(FIRST, true);
    await expect(read()).rejects.toMatchObject({
      code: 'state/simulated',
      hint: expect.stringContaining('delete it to begin anew'),
    });
  });
});

describe('the lock', () => {
  const command = 'zonewright rotate example.com';

  test('stands beside the state, in a directory that is made if need be', async () => {
    const directory = path.join(temporaryDirectory(), 'keys');
    const environment = { files: fileStore, locks: fileLocks({ patience: 0 }) };
    const result = await withStateLock(directory, ZONE, command, environment, async () => {
      expect(await fileStore.list(directory)).toEqual(['example.com.state.lock']);
      await expect(
        withStateLock(directory, ZONE, command, environment, () => Promise.resolve()),
      ).rejects.toMatchObject({ code: 'state/locked', message: expect.stringContaining(command) });
      return 5;
    });
    expect(result).toBe(5);
    expect(await fileStore.list(directory)).toEqual([]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('is released after a failure', async () => {
    const released: string[] = [];
    const locks = {
      acquire: (file: string) => Promise.resolve({ release: async () => void released.push(file) }),
    };
    await expect(
      withStateLock('keys', ZONE, command, { files, locks }, () => Promise.reject(usageError('x', 'y'))),
    ).rejects.toMatchObject({ code: 'x' });
    expect(released).toEqual(['keys/example.com.state.lock']);
  });
});
