import { chmodSync, linkSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { environmentError } from '../../src/errors.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { CSK, IN_USE, PLAIN_ZONE, signWorld, type SignWorld } from '../support/sign-world.ts';
import { recordLines } from '../support/zone-text.ts';

const modeOf = (world: SignWorld, name: string): number => statSync(world.path(name)).mode & 0o777;

async function refused(world: SignWorld, output: string): Promise<unknown> {
  const before = world.files();
  const error = await world.failure({ output });
  expect(world.files()).toEqual(before);
  return error;
}

describe('the output is not the input', () => {
  test.each<[string, (world: SignWorld) => string]>([
    ['by its name', (world) => world.path('zone')],
    ['by another name of it', (world) => path.join(world.directory, 'keys', '..', '.', 'zone')],
    [
      'through a symbolic link',
      (world) => {
        symlinkSync('zone', world.path('link'));
        return world.path('link');
      },
    ],
    [
      'through a hard link',
      (world) => {
        linkSync(world.path('zone'), world.path('link'));
        return world.path('link');
      },
    ],
  ])('%s', async (_, output) => {
    const world = await signWorld();
    expect(await refused(world, output(world))).toMatchObject({
      kind: 'usage',
      code: 'usage/output-is-input',
      hint: expect.stringContaining('-z'),
    });
  });

  test('though a symbolic link is the input', async () => {
    const world = await signWorld();
    symlinkSync('zone', world.path('link'));
    expect(await world.failure({ zoneFile: world.path('link'), output: world.path('zone') })).toMatchObject({
      code: 'usage/output-is-input',
    });
  });
});

describe('a file that is no signed zone of this name is not overwritten', () => {
  const SOA = 'example. 60 IN SOA ns h 1 2 3 4 5\n';
  const RRSIG = '60 IN RRSIG SOA 15 1 60 20300101000000 20200101000000 1 example. AAAA\n';

  test.each([
    ['notes', 'Remember the milk.\n'],
    ['an unsigned zone', PLAIN_ZONE],
    ['a signed zone of another name', (SOA + `example. ${RRSIG}`).replaceAll('example', 'other')],
    ['a signed zone above', (SOA + `example. ${RRSIG}`).replaceAll('example', '').replaceAll('. 60', '. 60')],
    ['a signed zone below', (SOA + `example. ${RRSIG}`).replaceAll('example.', 'sub.example.')],
    ['signatures without an SOA', `example. ${RRSIG}`],
    ['signatures below the apex alone', `${SOA}a.example. ${RRSIG}`],
    ['the beginning of a signed zone, cut short', `${SOA}example. 60 IN RRSIG SOA 15 1 60 2030`],
    ['a key', 'Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\n'],
  ])('%s', async (_, text) => {
    const world = await signWorld();
    world.write('precious', text);
    expect(await refused(world, world.path('precious'))).toMatchObject({
      kind: 'usage',
      code: 'usage/output-exists',
      message: expect.stringContaining(world.path('precious')),
      hint: expect.stringContaining('-o'),
    });
  });

  test('a file that the zone includes', async () => {
    const world = await signWorld(`${PLAIN_ZONE}$INCLUDE more\n`);
    world.write('more', 'more IN A 192.0.2.7\n');
    expect(await refused(world, world.path('more'))).toMatchObject({ code: 'usage/output-exists' });
  });

  test('a directory', async () => {
    const world = await signWorld();
    mkdirSync(world.path('directory'));
    expect(await refused(world, world.path('directory'))).toMatchObject({
      kind: 'environment',
      code: 'file/not-regular',
    });
  });

  test('a device', async () => {
    const world = await signWorld();
    expect(await refused(world, '/dev/null')).toMatchObject({
      kind: 'environment',
      code: 'file/not-regular',
      hint: expect.stringContaining('"-"'),
    });
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('and one that cannot be read is not taken for a missing one', async () => {
    const world = await signWorld();
    world.write('zone.signed', 'precious');
    world.replaced = {
      files: {
        ...fileStore,
        read: (file) =>
          file.endsWith('.signed')
            ? Promise.reject(environmentError('file/permission', 'permission denied', { location: { file } }))
            : fileStore.read(file),
      },
    };
    expect(await refused(world, world.path('zone.signed'))).toMatchObject({
      kind: 'environment',
      code: 'file/permission',
    });
  });

  test('though an empty one is', async () => {
    const world = await signWorld();
    world.write('zone.signed', '');
    expect(await world.sign()).toMatchObject({ changed: true });
    expect(world.lines().length).toBeGreaterThan(20);
  });

  test('and a signed zone in any letter case is', async () => {
    const world = await signWorld();
    await world.sign();
    world.write('zone.signed', world.read('zone.signed').replaceAll('example', 'EXAMPLE'));
    world.write('zone', PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9'));
    expect(await world.sign()).toMatchObject({ changed: true });
  });
});

describe('the output keeps what it was', () => {
  const CHANGED = PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9');

  test('its mode', async () => {
    const world = await signWorld();
    await world.sign();
    chmodSync(world.path('zone.signed'), 0o640);
    world.write('zone', CHANGED);
    await world.sign();
    expect(modeOf(world, 'zone.signed')).toBe(0o640);
    expect(world.read('zone.signed')).toContain('192.0.2.9');
  });

  test('a new one has the mode that the machine gives new files', async () => {
    const world = await signWorld();
    await world.sign();
    world.write('other', '');
    expect(modeOf(world, 'zone.signed')).toBe(modeOf(world, 'other'));
  });

  test('a symbolic link, which goes on pointing to where it did', async () => {
    const world = await signWorld();
    mkdirSync(world.path('served'));
    symlinkSync('served/example', world.path('zone.signed'));
    await world.sign();
    world.write('zone', CHANGED);
    await world.sign();
    expect(lstatSync(world.path('zone.signed')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(world.path('zone.signed'))).toBe('served/example');
    expect(world.read('served/example')).toContain('192.0.2.9');
    expect(Object.keys(world.files()).filter((file) => file.includes('tmp'))).toEqual([]);
  });

  test('where its directory is missing, the error says so', async () => {
    const world = await signWorld();
    expect(await refused(world, world.path('missing/zone.signed'))).toMatchObject({
      kind: 'environment',
      code: 'file/not-found',
    });
  });
});

describe('standard output', () => {
  test('gets the zone as text, and nothing is written', async () => {
    const world = await signWorld();
    const before = world.files();
    const { text, output, changed } = await world.sign({ output: '-' });
    const decoder = new TextDecoder();
    const whole = [...text!].map((block) => decoder.decode(block)).join('');
    expect(world.files()).toEqual(before);
    expect({ output, changed }).toEqual({ output: '-', changed: true });
    await world.sign();
    expect(recordLines(whole)).toEqual(world.lines());
  });

  test('gets nothing where a file is written', async () => {
    const world = await signWorld();
    expect(await world.sign()).not.toHaveProperty('text');
  });
});

test('a zone with more text than one block is whole', async () => {
  const long = `"${'x'.repeat(200)}"`;
  const names = Array.from({ length: 6000 }, (_, i) => `n${i} IN TXT ${long}\n`).join('');
  const world = await signWorld(PLAIN_ZONE + names);
  await world.addKey(CSK, IN_USE, { state: true });
  const { records } = await world.sign();
  expect(world.read('zone.signed').length).toBeGreaterThan(2 ** 21);
  expect(world.lines()).toHaveLength(records);
  expect(await world.sign()).toMatchObject({ changed: false });
});

test('the zone may be named in any letter case', async () => {
  const world = await signWorld();
  await world.sign();
  expect(await world.sign({ zone: nameFromText('eXample') })).toMatchObject({ changed: false });
});
