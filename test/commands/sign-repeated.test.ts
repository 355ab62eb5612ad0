import { describe, expect, test } from '@jest/globals';
import type { SignOptions } from '../../src/commands/signing-options.ts';
import { DAY } from '../support/sign-text.ts';
import { IN_USE, PLAIN_ZONE, signWorld, type SignWorld } from '../support/sign-world.ts';
import { ed25519Key } from '../support/test-keys.ts';

const OUTPUTS = 'keys/example.outputs.json';

/** Makes the next run look into its previous output: nothing is left of what it was made from. */
function forgetMakings(world: SignWorld): void {
  const { outputs, ...rest } = JSON.parse(world.read(OUTPUTS)) as { outputs: { sha256: string }[] };
  world.write(OUTPUTS, JSON.stringify({ ...rest, outputs: outputs.map(({ sha256 }) => ({ sha256 })) }));
}

/** Lets no run begin that looks into the zone file's content. */
function forbidSigning(world: SignWorld): void {
  world.replaced = {
    pool: {
      expect: () => Promise.resolve(),
      begin: () => {
        throw new Error('the zone was looked into');
      },
    },
  };
}

describe('a run from the same as the last', () => {
  test.each<Partial<SignOptions>>([
    {},
    { denial: { kind: 'nsec3', optOut: true, iterations: 0, salt: new Uint8Array() } },
    { zonemd: 1 },
    { jitter: DAY },
  ])('says what a run says that looks into everything: %j', async (options) => {
    const world = await signWorld();
    await world.sign(options);
    const output = world.read('zone.signed');
    world.now += DAY;
    forgetMakings(world);
    const thorough = await world.sign(options);
    forbidSigning(world);
    expect(await world.sign(options)).toEqual(thorough);
    expect(thorough).toMatchObject({ changed: false, signaturesMade: 0 });
    expect(world.read('zone.signed')).toBe(output);
  });

  test('knows it also after a run that looked into everything', async () => {
    const world = await signWorld();
    await world.sign();
    forgetMakings(world);
    await world.sign({ check: true });
    expect(world.read(OUTPUTS)).not.toContain('"from"');
    await world.sign();
    expect(world.read(OUTPUTS)).toContain('"from"');
  });

  test('looks into everything where it is asked to', async () => {
    const world = await signWorld();
    await world.sign();
    forbidSigning(world);
    for (const options of [{ full: true }, { verify: true }])
      await expect(world.sign(options)).rejects.toThrow('the zone was looked into');
  });
});

describe('a run is another', () => {
  test.each<[string, (world: SignWorld) => unknown, Partial<SignOptions>]>([
    ['a record', (world) => world.write('zone', `${PLAIN_ZONE}new IN A 192.0.2.9\n`), {}],
    ['a TTL', (world) => world.write('zone', PLAIN_ZONE.replace('www IN TXT', 'www 60 IN TXT')), {}],
    ['a name', (world) => world.write('zone', PLAIN_ZONE.replaceAll('www', 'web')), {}],
    [
      'NSEC3',
      () => undefined,
      { denial: { kind: 'nsec3', optOut: false, iterations: 0, salt: new Uint8Array() } },
    ],
    ['a ZONEMD', () => undefined, { zonemd: 1 }],
    ['a key', (world) => world.addKey(ed25519Key('zsk', 'another ZSK'), IN_USE), {}],
    ['the time: signatures are due', (world) => (world.now += 21 * DAY), {}],
    [
      'the output',
      (world) => world.write('zone.signed', world.read('zone.signed').replace('text of', 'Text of')),
      {},
    ],
  ])('with another %s', async (_, change, options) => {
    const world = await signWorld();
    await world.addKey(ed25519Key('zsk', 'a second ZSK'), IN_USE);
    await world.sign();
    await change(world);
    const result = await world.sign(options);
    expect(result.changed).toBe(true);
    expect(result.signaturesMade).toBeGreaterThan(0);
  });

  test('while the clock is behind the time at which the output was made', async () => {
    const world = await signWorld();
    await world.sign();
    world.now -= DAY;
    expect((await world.sign()).changed).toBe(true);
  });
});
