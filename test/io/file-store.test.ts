import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fileStore } from '../../src/io/file-store.ts';
import { joinPath } from '../../src/keys/file-store.ts';
import { temporaryDirectory } from '../support/workspace.ts';

let directory: string;
let file: string;
const modeOf = (name: string): number => statSync(name).mode & 0o777;

beforeEach(() => {
  directory = temporaryDirectory();
  file = path.join(directory, 'file');
});

describe('createExclusive', () => {
  test('makes a file with its mode, once', async () => {
    await fileStore.createExclusive(file, 'one', 0o600);
    expect(readFileSync(file, 'utf8')).toBe('one');
    expect(modeOf(file)).toBe(0o600);
    await expect(fileStore.createExclusive(file, 'two', 0o600)).rejects.toMatchObject({
      kind: 'environment',
      code: 'file/exists',
      location: { file },
    });
    expect(readFileSync(file, 'utf8')).toBe('one');
  });

  test('does not follow a symbolic link', async () => {
    symlinkSync(path.join(directory, 'elsewhere'), file);
    await expect(fileStore.createExclusive(file, 'x', 0o600)).rejects.toMatchObject({ code: 'file/exists' });
    expect(readdirSync(directory)).toEqual(['file']);
  });
});

describe('writeAtomic', () => {
  test('replaces a file and keeps its mode', async () => {
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    await fileStore.writeAtomic(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(modeOf(file)).toBe(0o640);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('gives the mode that is asked for', async () => {
    await fileStore.writeAtomic(file, new Uint8Array([1]), { mode: 0o600 });
    expect(modeOf(file)).toBe(0o600);
    await fileStore.writeAtomic(path.join(directory, 'plain'), 'x');
    // What the umask leaves of 0666: that of a file made in the plainest way.
    writeFileSync(path.join(directory, 'reference'), '');
    expect(modeOf(path.join(directory, 'plain'))).toBe(modeOf(path.join(directory, 'reference')));
  });

  test('writes through a symbolic link, also where it leads to nothing yet', async () => {
    const target = path.join(directory, 'target');
    symlinkSync('target', file);
    for (const content of ['first', 'second']) {
      await fileStore.writeAtomic(file, content);
      expect(readlinkSync(file)).toBe('target');
      expect(lstatSync(target).isFile()).toBe(true);
      expect(readFileSync(target, 'utf8')).toBe(content);
    }
  });

  test('replaces no directory and no device', async () => {
    mkdirSync(file);
    await expect(fileStore.writeAtomic(file, 'x')).rejects.toMatchObject({ code: 'file/not-regular' });
    await expect(fileStore.writeAtomic('/dev/null', 'x')).rejects.toMatchObject({ code: 'file/not-regular' });
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('takes pieces, and leaves the old file until the commit', async () => {
    writeFileSync(file, 'old');
    const output = await fileStore.openAtomic(file);
    await output.write('ne');
    await output.write(new TextEncoder().encode('w'));
    expect(readFileSync(file, 'utf8')).toBe('old');
    await output.commit();
    await output.discard();
    expect(readFileSync(file, 'utf8')).toBe('new');

    const discarded = await fileStore.openAtomic(file);
    await discarded.write('never');
    await discarded.discard();
    await discarded.discard();
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('what the disk says while a large file is written counts at its end', async () => {
    const handle = await open(file, 'w');
    const datasync = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync');
    await handle.close();
    const pieces = Array.from({ length: 12 }, (_, i) =>
      String(i)
        .repeat(1 << 20)
        .slice(0, 1 << 20),
    );
    const write = async (): Promise<void> => {
      const output = await fileStore.openAtomic(file);
      try {
        for (const piece of pieces) await output.write(piece);
        await output.commit();
      } finally {
        await output.discard();
      }
    };
    try {
      await write();
      expect(readFileSync(file, 'utf8')).toBe(pieces.join(''));
      expect(datasync).toHaveBeenCalled();
      datasync.mockRejectedValueOnce(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      await expect(write()).rejects.toMatchObject({ kind: 'environment', code: 'file/no-space' });
      expect(readdirSync(directory)).toEqual(['file']);
    } finally {
      datasync.mockRestore();
    }
  });

  test('into a directory that is not there fails', async () => {
    await expect(fileStore.writeAtomic(path.join(directory, 'no', 'file'), 'x')).rejects.toMatchObject({
      kind: 'environment',
      code: 'file/not-found',
    });
  });
});

test('reads, lists, tells the status, removes', async () => {
  await fileStore.makeDirectory(path.join(directory, 'a', 'b'), 0o700);
  expect(modeOf(path.join(directory, 'a', 'b'))).toBe(0o700);
  await fileStore.makeDirectory(path.join(directory, 'a', 'b'), 0o700);
  writeFileSync(file, 'text');
  expect(await fileStore.readText(file)).toBe('text');
  expect(await fileStore.read(file)).toEqual(new TextEncoder().encode('text'));
  expect(await fileStore.list(directory)).toEqual(['a', 'file']);
  expect(await fileStore.list(path.join(directory, 'none'))).toEqual([]);
  expect(await fileStore.status(file)).toMatchObject({ kind: 'file', size: 4 });
  expect(await fileStore.status(directory)).toMatchObject({ kind: 'directory' });
  expect(await fileStore.status(path.join(file, 'below'))).toBeUndefined();
  await fileStore.remove(file);
  await fileStore.remove(file);
  expect(await fileStore.status(file)).toBeUndefined();
  await expect(fileStore.read(file)).rejects.toMatchObject({ code: 'file/not-found' });
  await expect(fileStore.read(directory)).rejects.toMatchObject({ code: 'file/not-regular' });
});

test('paths are joined', () => {
  expect(joinPath('keys', 'a')).toBe('keys/a');
  expect(joinPath('keys/', 'a')).toBe('keys/a');
  expect(joinPath('', 'a')).toBe('a');
});

test('gives up where no directory can be made, and where a name is too long', async () => {
  await expect(fileStore.makeDirectory('/proc/zonewright/keys', 0o700)).rejects.toMatchObject({
    kind: 'environment',
  });
  const tooLong = path.join(directory, 'x'.repeat(256));
  expect(await fileStore.status(tooLong)).toBeUndefined();
  await expect(fileStore.createExclusive(tooLong, '', 0o600)).rejects.toMatchObject({
    code: 'file/name-too-long',
    message: 'the name is too long for the file system',
  });
});
