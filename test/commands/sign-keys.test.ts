import { rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { makeDs } from '../../src/dnssec/ds.ts';
import { readDnskey, REVOKE_FLAG, writeDnskey } from '../../src/dnssec/dnskey.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { environmentError } from '../../src/errors.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { CSK, IN_USE, KSK, PLAIN_ZONE, SignWorld, signWorld, ZSK } from '../support/sign-world.ts';
import { ed25519Key, newKey, writeKeyFiles, type TestKey } from '../support/test-keys.ts';
import { codesOf, verifyText } from '../support/verify-file.ts';
import { typeOfLine } from '../support/zone-text.ts';

const SECOND_KSK = ed25519Key('ksk', 'a second KSK');
const SECOND_ZSK = ed25519Key('zsk', 'a second ZSK');

const dnskeyText = ({ dnskeyRdata }: Pick<TestKey, 'dnskeyRdata'>): string =>
  rdataToText(Type.DNSKEY, dnskeyRdata);

/** The key as it is when it is revoked (RFC 5011 section 2.1). */
function revoked(key: TestKey): TestKey {
  const fields = readDnskey(key.dnskeyRdata);
  const dnskeyRdata = writeDnskey({ ...fields, flags: fields.flags | REVOKE_FLAG });
  return { ...key, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

/** What the signed zone has of a key: whether its DNSKEY is there, and which types at the apex it signed. */
function traces(lines: readonly string[], key: TestKey): { published: boolean; signs: string[] } {
  return {
    published: lines.some(
      (line) => line.startsWith('example. ') && line.endsWith(` DNSKEY ${dnskeyText(key)}`),
    ),
    signs: lines
      .filter((line) => line.startsWith('example. ') && line.includes(` ${key.keyTag} example. `))
      .map((line) => typeOfLine(line).replace('RRSIG ', ''))
      .sort(),
  };
}

const KEY_TYPES = ['DNSKEY'];
const ZONE_TYPES = ['NS', 'NSEC', 'SOA'];

describe('a key of the directory does what its times say', () => {
  test.each([
    ['is in use', IN_USE, true, true],
    ['has no times', {}, true, true],
    ['is published only', { publish: NOW - 1 }, true, false],
    ['is published, and active from tomorrow', { publish: NOW - 1, activate: NOW + DAY }, true, false],
    ['is published at this second', { publish: NOW, activate: NOW }, true, true],
    ['is to be published tomorrow', { publish: NOW + DAY, activate: NOW + DAY }, false, false],
    ['signs before its DNSKEY is published', { publish: NOW + DAY, activate: NOW - DAY }, false, true],
    ['is active without a time of publication', { activate: NOW - DAY }, true, true],
    ['is inactive', { ...IN_USE, inactive: NOW }, true, false],
    ['is inactive from tomorrow', { ...IN_USE, inactive: NOW + 1 }, true, true],
    ['is deleted', { ...IN_USE, inactive: NOW - DAY, delete: NOW }, false, false],
    ['was made and no more', { created: NOW - DAY }, false, false],
  ])('that %s', async (_, timing, published, signs) => {
    const world = await signWorld();
    await world.addKey(SECOND_KSK, timing);
    await world.addKey(SECOND_ZSK, timing);
    await world.sign();
    const lines = world.lines();
    expect(traces(lines, SECOND_KSK)).toEqual({ published, signs: signs ? KEY_TYPES : [] });
    expect(traces(lines, SECOND_ZSK)).toEqual({ published, signs: signs ? ZONE_TYPES : [] });
    const report = await verifyText(world.read('zone.signed'), { at: NOW });
    expect(codesOf(report, 'error')).toEqual([]);
  });

  test('that is revoked: published with the REVOKE bit, it signs the DNSKEYs and no more (RFC 5011 section 2.1)', async () => {
    const world = await signWorld();
    const keys = [SECOND_KSK, SECOND_ZSK];
    for (const key of keys) await world.addKey(key, { ...IN_USE, revoke: NOW, syncPublish: NOW - DAY });
    await world.sign();
    const lines = world.lines();
    for (const key of keys) {
      expect(traces(lines, key)).toEqual({ published: false, signs: [] });
      expect(traces(lines, revoked(key))).toEqual({ published: true, signs: KEY_TYPES });
    }
    expect(lines.filter((line) => / C(DS|DNSKEY) /.test(line))).toEqual([]);
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: NOW }), 'error')).toEqual([]);
  });

  test('and is dropped from the input where it is not published', async () => {
    const world = await signWorld(
      `${PLAIN_ZONE}@ IN DNSKEY ${dnskeyText(SECOND_KSK)}\n@ IN DNSKEY ${dnskeyText(revoked(SECOND_ZSK))}\n`,
    );
    await world.addKey(SECOND_KSK, { ...IN_USE, delete: NOW - DAY });
    await world.addKey(SECOND_ZSK, { ...IN_USE, delete: NOW - DAY });
    await world.sign();
    expect(world.lines().filter((line) => typeOfLine(line) === 'DNSKEY')).toHaveLength(2);
    expect(world.warnings).toEqual([expect.stringContaining('2 DNSKEY')]);
  });
});

describe('DNSKEYs of other signers (RFC 8901)', () => {
  const foreign = ed25519Key('zsk', 'of another signer');

  test('stay', async () => {
    const world = await signWorld(`${PLAIN_ZONE}@ IN DNSKEY ${dnskeyText(foreign)}\n`);
    await world.sign();
    expect(traces(world.lines(), foreign)).toEqual({ published: true, signs: [] });
    expect(world.warnings).toEqual([]);
  });

  test('of an algorithm that does not sign draw a warning (RFC 4035 section 2.2)', async () => {
    const other = await newKey(13, 'zsk');
    const world = await signWorld(`${PLAIN_ZONE}@ IN DNSKEY ${dnskeyText(other)}\n`);
    await world.sign();
    expect(traces(world.lines(), other).published).toBe(true);
    expect(world.warnings).toEqual([expect.stringMatching(/ECDSAP256SHA256.*RFC 4035 section 2\.2/)]);
  });
});

describe('the TTL of the DNSKEYs', () => {
  const ttls = (world: SignWorld): string[] =>
    world
      .lines()
      .filter((line) => typeOfLine(line) === 'DNSKEY')
      .map((line) => line.split(' ')[1]!);

  test('is the smallest that the keys ask for', async () => {
    const world = await signWorld();
    await world.addKey(SECOND_ZSK, { publish: NOW }, { ttl: 900 });
    await world.addKey(SECOND_KSK, { publish: NOW }, { ttl: 600 });
    await world.sign({ dnskeyTtl: 60 });
    expect(ttls(world)).toEqual(['600', '600', '600', '600']);
  });
});

describe('CDS and CDNSKEY', () => {
  const SYNC = { ...IN_USE, syncPublish: NOW };
  const found = (world: SignWorld): string[] =>
    world
      .lines()
      .filter((line) => / C(DS|DNSKEY) /.test(line) && !line.includes(' RRSIG '))
      .map((line) => line.replace(/^example\. \d+ IN /, ''));
  const expected = (key: TestKey): string[] => [
    `CDNSKEY ${dnskeyText(key)}`,
    `CDS ${rdataToText(Type.CDS, makeDs(nameFromText('example.'), key.dnskeyRdata, 2, nodeCrypto))}`,
  ];

  test('are published for KSKs from the time of their SyncPublish', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(KSK, SYNC);
    await world.addKey(ZSK, SYNC);
    await world.addKey(SECOND_KSK, { ...IN_USE, syncPublish: NOW + 1 });
    await world.sign();
    expect(found(world)).toEqual(expected(KSK));
    expect(traces(world.lines(), KSK).signs).toEqual(['CDNSKEY', 'CDS', 'DNSKEY']);
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: NOW }), 'error')).toEqual([]);
  });

  test('go at the time of SyncDelete, with the key, and where they are not wanted', async () => {
    const world = await signWorld();
    await world.addKey(SECOND_KSK, { ...SYNC, syncDelete: NOW + DAY });
    await world.sign({ cds: false });
    expect(found(world)).toEqual([]);
    await world.sign();
    expect(found(world)).toEqual(expected(SECOND_KSK));
    world.now = NOW + DAY;
    await world.sign();
    expect(found(world)).toEqual([]);
  });
});

describe('keys that were chosen', () => {
  test('sign and are published, whatever their times say, and no others', async () => {
    const world = await signWorld();
    const ksk = await world.addKey(SECOND_KSK, { publish: NOW + DAY });
    const zsk = await world.addKey(SECOND_ZSK, { ...IN_USE, delete: NOW - DAY });
    const { keys } = await world.sign({ keys: [ksk, `${zsk}.private`] });
    expect(keys.map(({ base }) => base)).toEqual([ksk, zsk]);
    const lines = world.lines();
    expect(traces(lines, SECOND_KSK)).toEqual({ published: true, signs: KEY_TYPES });
    expect(traces(lines, SECOND_ZSK)).toEqual({ published: true, signs: ZONE_TYPES });
    expect(traces(lines, KSK)).toEqual({ published: false, signs: [] });
    expect(traces(lines, ZSK)).toEqual({ published: false, signs: [] });
  });

  test('sign once each, however often they are named', async () => {
    const world = await signWorld();
    const keys = [await world.addKey(SECOND_KSK), await world.addKey(SECOND_ZSK)];
    const inDirectory = keys.map((base) => world.path(`keys/${base}.key`));
    const once = await world.sign({ keys, check: true });
    expect(await world.sign({ keys: [...keys, ...inDirectory] })).toMatchObject({
      signaturesMade: once.signaturesMade,
      keys: once.keys,
    });
  });

  test('may lie in another directory', async () => {
    const world = await signWorld();
    const base = await writeKeyFiles(world.path('elsewhere'), CSK, fileStore, { state: true });
    await world.sign({ keys: [world.path(`elsewhere/${base}.key`)] });
    expect(traces(world.lines(), CSK)).toEqual({ published: true, signs: [...KEY_TYPES, ...ZONE_TYPES] });
  });

  test('must be there', async () => {
    const world = await signWorld();
    expect(await world.failure({ keys: ['Kexample.+015+00001'] })).toMatchObject({
      kind: 'input',
      code: 'key/not-found',
    });
  });

  test('must be those of the zone', async () => {
    const world = await signWorld();
    const base = await writeKeyFiles(world.path('keys'), CSK, fileStore, { zone: 'other.' });
    expect(await world.failure({ keys: [base] })).toMatchObject({
      kind: 'usage',
      code: 'usage/key-of-other-zone',
    });
  });
});

describe('a key that signs everything', () => {
  const everything = [...KEY_TYPES, ...ZONE_TYPES];

  test('says so in its .state file', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(CSK, IN_USE, { state: true });
    const { keys } = await world.sign();
    expect(keys.map(({ role }) => role)).toEqual(['csk']);
    expect(traces(world.lines(), CSK).signs).toEqual(everything);
  });

  test('or the layout says it, of a KSK alone', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(CSK);
    expect(await world.failure()).toMatchObject({ code: 'sign/role-missing' });
    await world.sign({ keyLayout: 'csk' });
    expect(traces(world.lines(), CSK).signs).toEqual(everything);
  });

  test('but not of a KSK beside a ZSK', async () => {
    const world = await signWorld();
    await world.sign({ keyLayout: 'csk' });
    expect(traces(world.lines(), KSK).signs).toEqual(KEY_TYPES);
  });

  test('nor of a KSK whose algorithm has a ZSK', async () => {
    const world = await signWorld();
    const csk = await newKey(13, 'csk');
    await world.addKey(csk);
    await world.sign({ keyLayout: 'csk' });
    expect(traces(world.lines(), csk).signs).toEqual(everything);
    expect(traces(world.lines(), KSK).signs).toEqual(KEY_TYPES);
  });
});

describe('nothing is written', () => {
  const refused = async (
    world: SignWorld,
    options: Parameters<SignWorld['failure']>[0] = {},
  ): Promise<unknown> => {
    const before = world.files();
    const error = await world.failure(options);
    expect(world.files()).toEqual(before);
    return error;
  };

  test('without keys: the hint is what to type', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'sign/no-key',
      hint: `if the zone has keys, say with --key-directory where; the first ones are made by: zonewright keygen example. --key-directory ${world.path('keys')}`,
    });
  });

  test('without keys of a zone that was named: its file is not read for that', async () => {
    const world = new SignWorld();
    world.write('zone', 'this would be an error\n');
    expect(await refused(world, { zone: nameFromText('example.') })).toMatchObject({ code: 'sign/no-key' });
    expect(await refused(world)).toMatchObject({ code: expect.stringMatching(/^(?!sign)/) });
  });

  test('with keys of other zones', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await writeKeyFiles(world.path('keys'), CSK, fileStore, { zone: 'sub.example.' });
    await writeKeyFiles(world.path('keys'), CSK, fileStore, { zone: 'xexample.' });
    expect(await refused(world)).toMatchObject({ code: 'sign/no-key' });
  });

  test('with keys that are not active yet: the hint says which will be, and when', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(SECOND_KSK, { publish: NOW, activate: NOW + 2 * DAY });
    const base = await world.addKey(KSK, { publish: NOW, activate: NOW + DAY });
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'sign/no-active-key',
      hint: expect.stringMatching(new RegExp(`^${base.replaceAll('+', '\\+')} becomes active at 2026-01-02`)),
    });
  });

  test('with keys that are all gone', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(KSK, { ...IN_USE, inactive: NOW - DAY, delete: NOW });
    expect(await refused(world)).toMatchObject({
      code: 'sign/no-active-key',
      hint: expect.stringContaining('zonewright keygen example.'),
    });
  });

  test.each([
    ['KSK', ZSK],
    ['ZSK', KSK],
  ])('without a %s', async (role, present) => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(present);
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'sign/role-missing',
      message: expect.stringContaining(`no active ${role} of ED25519`),
    });
  });

  test.each([
    ['zone data', ZSK, KSK],
    ['DNSKEY RRset', KSK, ZSK],
  ])('with %s that would be signed by a key alone that is not published', async (what, hidden, shown) => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(shown);
    const base = await world.addKey(hidden, { activate: NOW - DAY, publish: NOW + DAY });
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'sign/not-published',
      message: expect.stringMatching(`${what} alone, but is not published before 2026-01-02`),
      hint: expect.stringContaining(`--settime ${base} --publish now`),
    });
  });

  test('with a revoked key alone in a role', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(ZSK);
    await world.addKey(KSK, { ...IN_USE, revoke: NOW });
    expect(await refused(world)).toMatchObject({
      code: 'sign/role-missing',
      message: expect.stringContaining('KSK'),
    });
  });

  test('with nothing but revoked keys', async () => {
    const world = new SignWorld();
    world.write('zone', PLAIN_ZONE);
    await world.addKey(CSK, { ...IN_USE, revoke: NOW }, { state: true });
    expect(await refused(world)).toMatchObject({ kind: 'input', code: 'sign/no-key' });
  });

  test('with a DNSKEY of ours whose algorithm does not sign (RFC 4035 section 2.2)', async () => {
    const world = await signWorld();
    const base = await world.addKey(await newKey(13, 'ksk'), { publish: NOW });
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'sign/algorithm-incomplete',
      message: expect.stringContaining(base),
    });
  });

  test('without the private part of a key that signs', async () => {
    const world = await signWorld();
    await world.sign();
    const base = await world.addKey(SECOND_ZSK);
    rmSync(world.path(`keys/${base}.private`));
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'key/no-private',
      location: { file: world.path(`keys/${base}.private`) },
    });
  });

  test('though the private part of a key that only stands there may be missing', async () => {
    const world = await signWorld();
    const base = await world.addKey(SECOND_ZSK, { publish: NOW });
    rmSync(world.path(`keys/${base}.private`));
    await world.sign();
    expect(traces(world.lines(), SECOND_ZSK)).toEqual({ published: true, signs: [] });
  });

  test('where a private key cannot be read', async () => {
    const world = await signWorld();
    world.replaced = {
      files: {
        ...fileStore,
        readText: (file) =>
          file.endsWith('.private')
            ? Promise.reject(environmentError('file/permission', 'permission denied', { location: { file } }))
            : fileStore.readText(file),
      },
    };
    expect(await refused(world)).toMatchObject({ kind: 'environment', code: 'key/unreadable' });
  });

  test('with the private part of another key', async () => {
    const world = await signWorld();
    const base = await world.addKey(SECOND_ZSK);
    const other = await writeKeyFiles(world.path('elsewhere'), ed25519Key('zsk', 'else'), fileStore);
    world.write(`keys/${base}.private`, world.read(`elsewhere/${other}.private`));
    expect(await refused(world)).toMatchObject({ kind: 'input', code: 'key/mismatch' });
  });

  test.each(['key', 'private'])('with a damaged .%s file', async (suffix) => {
    const world = await signWorld();
    const base = await world.addKey(SECOND_ZSK);
    world.write(`keys/${base}.${suffix}`, 'this is no key\n');
    expect(await refused(world)).toMatchObject({
      kind: 'input',
      code: 'key/damaged',
      location: { file: world.path(`keys/${base}.${suffix}`) },
    });
  });
});
