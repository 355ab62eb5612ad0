import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { PLAIN_ZONE, signWorld, type SignWorld } from '../support/sign-world.ts';

const RECORD = 'included IN A 192.0.2.77\n';
const includes = (file: string): string => `${PLAIN_ZONE}$INCLUDE ${file}\n`;

async function refused(
  world: SignWorld,
  options: Parameters<SignWorld['failure']>[0] = {},
): Promise<unknown> {
  const before = world.files();
  const error = await world.failure(options);
  expect(world.files()).toEqual(before);
  return error;
}

describe('$INCLUDE', () => {
  test.each([
    ['beside the zone file', 'more', 'more'],
    ['below it', 'parts/more', 'parts/more'],
    ['by a path that goes up and comes back', 'parts/../more', 'more'],
  ])('reads %s', async (_, name, file) => {
    const world = await signWorld(includes(name));
    mkdirSync(world.path('parts'));
    world.write(file, RECORD);
    await world.sign();
    expect(world.read('zone.signed')).toContain('included.example.');
  });

  test('reads relative to the file that includes', async () => {
    const world = await signWorld(includes('parts/first'));
    world.write('parts/first', '$INCLUDE second\n');
    world.write('parts/second', RECORD);
    await world.sign();
    expect(world.read('zone.signed')).toContain('included.example.');
  });

  test('names the file and the line of an error in it', async () => {
    const world = await signWorld(includes('more'));
    const file = world.write('more', `${RECORD}bad IN A 192.0.2.256\n`);
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      location: { file: expect.stringContaining(path.basename(file)), line: 2 },
    });
  });

  test.each([
    ['an absolute path', (world: SignWorld) => world.path('outside/more')],
    ['a path that goes up', () => '../outside/more'],
    [
      'a symbolic link',
      (world: SignWorld) => {
        symlinkSync(world.path('outside/more'), world.path('inside/link'));
        return 'link';
      },
    ],
  ])('does not lead out of the directory by %s', async (_, name) => {
    const world = await signWorld();
    world.write('outside/more', RECORD);
    mkdirSync(world.path('inside'));
    const zoneFile = world.write('inside/zone', includes(name(world)));
    expect(await refused(world, { zoneFile })).toMatchObject({
      kind: 'input',
      code: 'zone/include-outside',
      location: { file: zoneFile, line: 10 },
      hint: expect.stringContaining(`--include-path ${world.path('outside')}`),
    });
  });

  test('leads out where it may', async () => {
    const world = await signWorld();
    world.write('outside/more', RECORD);
    for (const name of [world.path('outside/more'), '../outside/more', 'more']) {
      const zoneFile = world.write('inside/zone', includes(name));
      await world.sign({ zoneFile, includePaths: [world.path('outside')] });
      expect(world.read('zone.signed')).toContain('included.example.');
    }
  });

  test('does not lead to a directory whose name begins the same', async () => {
    const world = await signWorld();
    world.write('inside-not/more', RECORD);
    const zoneFile = world.write('inside/zone', includes('../inside-not/more'));
    expect(await refused(world, { zoneFile })).toMatchObject({ code: 'zone/include-outside' });
  });

  test('of a missing file is an error with the line', async () => {
    const world = await signWorld(includes('missing'));
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'zone/include-not-found',
      location: { line: 10 },
    });
  });

  test.each([
    ['itself', { zone: includes('zone') }],
    ['itself by another path', { zone: includes('./parts/../zone'), 'parts/x': '' }],
    ['a file that includes it', { zone: includes('a'), a: '$INCLUDE b\n', b: '$INCLUDE zone\n' }],
    ['a file that includes itself', { zone: includes('a'), a: '$INCLUDE a\n' }],
  ])('of %s is an error', async (_, files) => {
    const world = await signWorld();
    for (const [name, text] of Object.entries(files)) world.write(name, text);
    expect(await refused(world)).toMatchObject({ kind: 'input', code: 'zone/include-loop' });
  });

  test('of one file twice is none', async () => {
    const world = await signWorld(`${PLAIN_ZONE}$INCLUDE more a\n$INCLUDE more b\n`);
    world.write('more', RECORD);
    await world.sign();
    expect(world.read('zone.signed')).toContain('included.a.example.');
    expect(world.read('zone.signed')).toContain('included.b.example.');
  });

  test('has an end where files of other names include each other', async () => {
    const world = await signWorld(includes('n0'));
    for (let i = 0; i < 80; i++) world.write(`n${i}`, `$INCLUDE n${i + 1}\n`);
    world.write('n80', RECORD);
    expect(await refused(world)).toMatchObject({ code: 'zone/include-depth' });
  });
});

describe('standard input', () => {
  test('has a zone', async () => {
    const world = await signWorld();
    world.stdin = PLAIN_ZONE;
    expect(await world.sign({ zoneFile: '-' })).toMatchObject({ zone: 'example.', zoneFile: '<stdin>' });
  });

  test('has an error in a line', async () => {
    const world = await signWorld();
    world.stdin = `${PLAIN_ZONE}www IN A nonsense\n`;
    expect(await refused(world, { zoneFile: '-' })).toMatchObject({
      kind: 'input',
      location: { file: '<stdin>', line: 10 },
    });
  });

  test('may be signed to standard output', async () => {
    const world = await signWorld();
    world.stdin = PLAIN_ZONE;
    const { text } = await world.sign({ zoneFile: '-', output: '-' });
    expect([...text!]).not.toEqual([]);
  });
});

describe('whose zone it is', () => {
  const RELATIVE = PLAIN_ZONE.replace('$ORIGIN example.\n', '');

  test('says the SOA', async () => {
    const world = await signWorld(
      'Example. 60 IN SOA ns.other. h.other. 1 2 3 4 5\nexample. 60 IN NS ns.other.\n',
    );
    expect(await world.sign()).toMatchObject({ zone: 'Example.'.toLowerCase() });
    expect(world.warnings).toEqual([]);
  });

  test.each(['example', 'example.zone', 'db.example', 'example.db', 'EXAMPLE.zone', 'example.signed'])(
    'is guessed from the file %s, with a warning',
    async (name) => {
      const world = await signWorld();
      const zoneFile = world.write(name, RELATIVE);
      expect(await world.sign({ zoneFile })).toMatchObject({ zone: 'example.' });
      expect(world.warnings).toEqual([expect.stringContaining('suggests')]);
    },
  );

  test('cannot be guessed from standard input', async () => {
    const world = await signWorld();
    world.stdin = RELATIVE;
    expect(await refused(world, { zoneFile: '-' })).toMatchObject({
      kind: 'input',
      code: 'name/relative',
      hint: expect.stringContaining('--zone'),
    });
  });

  test('is said by the user', async () => {
    const world = await signWorld();
    world.stdin = RELATIVE;
    expect(await world.sign({ zoneFile: '-', zone: nameFromText('example') })).toMatchObject({
      zone: 'example.',
    });
  });

  test('is not that of another SOA', async () => {
    const world = await signWorld(PLAIN_ZONE.replace('$ORIGIN example.', '$ORIGIN other.'));
    expect(await refused(world, { zone: nameFromText('example') })).toMatchObject({
      kind: 'input',
      code: 'zone/out-of-zone',
    });
  });
});

describe('a zone file', () => {
  test('must be there', async () => {
    const world = await signWorld();
    expect(await refused(world, { zoneFile: world.path('missing') })).toMatchObject({
      kind: 'environment',
      code: 'file/not-found',
      location: { file: world.path('missing') },
    });
  });

  test('must have something in it', async () => {
    const world = await signWorld('');
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'zone/no-soa',
      location: { file: world.path('zone'), line: 1 },
    });
  });

  test('tells up to twenty errors at once', async () => {
    const world = await signWorld(PLAIN_ZONE + 'www IN A nonsense\n'.repeat(30));
    const error = (await refused(world)) as { location: { line: number }; further: readonly unknown[] };
    expect(error.location.line).toBe(10);
    expect(error.further).toHaveLength(19);
  });

  test('may leave TTLs out where a default is given', async () => {
    const world = await signWorld(PLAIN_ZONE.replace('$TTL 3600\n', ''));
    await world.sign({ defaultTtl: 123 });
    expect(world.lines()).toContain('www.example. 123 IN A 192.0.2.2');
    expect(world.warnings).toEqual([]);
  });

  test('without any TTL takes the minimum of the SOA, with a warning', async () => {
    const world = await signWorld(PLAIN_ZONE.replace('$TTL 3600\n', ''));
    await world.sign();
    expect(world.lines()).toContain('www.example. 300 IN A 192.0.2.2');
    expect(world.warnings).toEqual([expect.stringMatching(/zone:2: .*SOA minimum of 300/)]);
  });
});
