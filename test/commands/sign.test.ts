import { readFileSync, statSync, utimesSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { MAX_TTL } from '../../src/dns/ttl.ts';
import type { SignOptions } from '../../src/commands/signing-options.ts';
import { DAY, NOW, NSEC3 } from '../support/sign-text.ts';
import { KSK, PLAIN_ZONE, signWorld, ZSK } from '../support/sign-world.ts';
import { typeOfLine } from '../support/zone-text.ts';
import { codesOf, verifyText } from '../support/verify-file.ts';

const made = (before: readonly string[], after: readonly string[]): string[] => [
  ...new Set(
    after
      .filter((line) => !before.includes(line))
      .map((line) => `${line.split(' ')[0]!} ${typeOfLine(line)}`),
  ),
];

describe('a first run', () => {
  test.each<[string, Partial<SignOptions>]>([
    ['NSEC', {}],
    ['NSEC3 and ZONEMD', { denial: NSEC3, zonemd: 1 }],
    ['opt-out and jitter', { denial: { ...NSEC3, optOut: true }, zonemd: 2, jitter: 40000 }],
  ])('writes a zone in which verify finds nothing: %s', async (_, options) => {
    const world = await signWorld();
    await world.sign(options);
    const report = await verifyText(world.read('zone.signed'), { at: NOW });
    expect(codesOf(report, 'error')).toEqual([]);
    expect(report.zone).toBe('example.');
    expect(world.warnings).toEqual([]);
  });

  test('says what it did', async () => {
    const world = await signWorld();
    expect(await world.sign()).toEqual({
      zone: 'example.',
      zoneFile: world.path('zone'),
      output: world.path('zone.signed'),
      changed: true,
      serial: 2,
      // SOA, NS, 2 DNSKEY, A, A, TXT, NS, glue, 4 NSEC, and signatures.
      records: 9 + 4 + 10,
      // 8 of the content, 4 NSEC, and one of RRSIGs at each signed name.
      rrsets: 8 + 4 + 4,
      signaturesMade: 10,
      signaturesKept: 0,
      denial: 'nsec',
      denialRecords: 4,
      firstExpiration: NOW + 30 * DAY,
      keys: [KSK, ZSK]
        .map(({ keyTag, algorithm, role }) => ({
          base: `Kexample.+015+${String(keyTag).padStart(5, '0')}`,
          keyTag,
          algorithm,
          role,
        }))
        .sort((a, b) => a.keyTag - b.keyTag),
    });
  });

  test('leaves the input as it is', async () => {
    const world = await signWorld();
    await world.sign();
    expect(world.read('zone')).toBe(PLAIN_ZONE);
  });

  test('reports how far it is', async () => {
    const world = await signWorld();
    const reports: string[] = [];
    world.replaced = { progress: ({ task, done, total }) => reports.push(`${task} ${done}/${total}`) };
    await world.sign();
    expect(reports.at(-1)).toBe('signing 10/10');
  });

  test('can be told everything by its signed form: it is whole and reads back', async () => {
    const world = await signWorld();
    await world.sign();
    world.write('zone', world.read('zone.signed'));
    const again = await world.sign({ output: world.path('again') });
    expect(again.changed).toBe(true);
    expect(made(world.lines(), world.lines('again'))).toEqual(['example. RRSIG SOA', 'example. SOA']);
    expect(world.warnings).toEqual([expect.stringMatching(/were dropped from the input: .*10 RRSIG/)]);
  });
});

describe('a run over an unchanged zone', () => {
  test.each<[string, Partial<SignOptions>]>([
    ['', {}],
    [' with NSEC3, ZONEMD and jitter', { denial: NSEC3, zonemd: 2, jitter: 43200 }],
    [' whose serial would be the time', { serial: 'unixtime' }],
    [' whose serial would be the date', { serial: 'date' }],
    [' whose serial is kept', { serial: 'keep' }],
  ])('leaves output and serial as they are%s', async (_, options) => {
    const world = await signWorld();
    const first = await world.sign(options);
    const output = world.path('zone.signed');
    const before = readFileSync(output);
    utimesSync(output, 1000, 1000);
    world.now = NOW + 5 * DAY;
    const second = await world.sign(options);
    expect(second).toMatchObject({
      changed: false,
      serial: first.serial,
      records: first.records,
      rrsets: first.rrsets,
      signaturesMade: 0,
      signaturesKept: first.signaturesMade,
      denialRecords: first.denialRecords,
      firstExpiration: first.firstExpiration,
    });
    expect(readFileSync(output).equals(before)).toBe(true);
    expect(statSync(output).mtimeMs).toBe(1_000_000);
  });

  test('is one over another serial, another order, comments and other writing', async () => {
    const world = await signWorld();
    await world.sign();
    const [origin, ttl, soa, ...rest] = PLAIN_ZONE.trim().split('\n');
    const soaText = soa!.replace(' 1 7200', ' (\n  5 ; the serial\n  2H').replace(/$/, ' )');
    world.write('zone', [origin, ttl, soaText, ...rest.reverse(), ...rest, ''].join('\n'));
    expect(await world.sign()).toMatchObject({ changed: false, serial: 2 });
  });

  test('is one over an output that another tool wrote down', async () => {
    const world = await signWorld();
    await world.sign();
    const written = world.lines().reverse().join('\n\n');
    world.write('zone.signed', `; by hand\n${written}\n`);
    expect(await world.sign()).toMatchObject({ changed: false, signaturesMade: 0 });
    expect(world.read('zone.signed')).toMatch(/^; by hand/);
  });
});

describe('a run after a change', () => {
  test('makes the signatures that the change asks for and no other', async () => {
    const world = await signWorld();
    await world.sign({ zonemd: 1 });
    const before = world.lines();
    world.write('zone', PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9'));
    world.now = NOW + DAY;
    const result = await world.sign({ zonemd: 1 });
    const after = world.lines();
    expect(made(before, after).sort()).toEqual([
      'example. RRSIG SOA',
      'example. RRSIG ZONEMD',
      'example. SOA',
      'example. ZONEMD',
      'www.example. A',
      'www.example. RRSIG A',
    ]);
    expect(before.filter((line) => !after.includes(line))).toHaveLength(6);
    expect(result).toMatchObject({ changed: true, serial: 3, signaturesMade: 3, signaturesKept: 8 });
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: world.now }), 'error')).toEqual([]);
  });

  test('renews what is due, and that alone', async () => {
    const world = await signWorld();
    await world.sign({ dnskeyValidity: 14 * DAY });
    const before = world.lines();
    world.now = NOW + 4 * DAY + 1;
    await world.sign({ dnskeyValidity: 14 * DAY });
    expect(made(before, world.lines()).sort()).toEqual([
      'example. RRSIG DNSKEY',
      'example. RRSIG SOA',
      'example. SOA',
    ]);
  });

  test('takes over what a foreign signer made with our keys', async () => {
    const world = await signWorld();
    await world.sign();
    // Without the record of outputs, every signature is verified.
    world.write('keys/example.outputs.json', '{}');
    world.write('zone', PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9'));
    expect(await world.sign()).toMatchObject({ signaturesMade: 2, signaturesKept: 8 });
  });

  test('uses no signature that was tampered with', async () => {
    const world = await signWorld();
    await world.sign();
    const tampered = world
      .read('zone.signed')
      .replace(
        /(RRSIG\tTXT .*)(.)(\S{30})$/m,
        (_, start: string, c: string, end: string) => start + (c === 'A' ? 'B' : 'A') + end,
      );
    expect(tampered).not.toBe(world.read('zone.signed'));
    world.write('zone.signed', tampered);
    expect(await world.sign()).toMatchObject({ changed: true, signaturesMade: 2, signaturesKept: 8 });
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: NOW }), 'error')).toEqual([]);
  });

  test.each([
    [
      'forged: it names the digest of a file that is not there',
      (sha256: string) => [{ sha256: sha256.replace(/./g, '0') }],
    ],
    ['damaged', () => 'no list'],
  ])('trusts no record of outputs that is %s', async (_, forge) => {
    const world = await signWorld();
    await world.sign();
    const { outputs } = JSON.parse(world.read('keys/example.outputs.json')) as {
      outputs: { sha256: string }[];
    };
    expect(outputs).toHaveLength(1);
    world.write('keys/example.outputs.json', JSON.stringify({ outputs: forge(outputs[0]!.sha256) }));
    world.write(
      'zone.signed',
      world.read('zone.signed').replace(/^(.*RRSIG\tTXT .*)\S{30}$/m, `$1${'A'.repeat(30)}`),
    );
    expect((await world.sign()).signaturesMade).toBe(2);
  });

  test('keeps to the record of outputs where it cannot be written', async () => {
    const world = await signWorld();
    world.write('keys/example.outputs.json/in-the-way', '');
    expect(await world.sign()).toMatchObject({ changed: true });
    expect(await world.sign()).toMatchObject({ changed: false });
  });
});

describe('--full', () => {
  test('makes everything anew', async () => {
    const world = await signWorld();
    await world.sign();
    world.now = NOW + DAY;
    expect(await world.sign({ full: true })).toMatchObject({
      changed: true,
      signaturesMade: 10,
      signaturesKept: 0,
      firstExpiration: NOW + 31 * DAY,
    });
  });

  test.each<SignOptions['serial']>(['increment', 'unixtime', 'date'])(
    'exceeds the serial that the output had: %s',
    async (serial) => {
      const world = await signWorld();
      const first = await world.sign({ serial });
      const second = await world.sign({ serial, full: true });
      expect(second.serial).toBe(first.serial + 1);
    },
  );

  test('refuses to keep the serial that the output had', async () => {
    const world = await signWorld();
    await world.sign({ serial: 'keep' });
    expect(await world.failure({ serial: 'keep', full: true })).toMatchObject({ code: 'sign/serial-kept' });
  });
});

describe('--check', () => {
  test('tells of a first run, and writes nothing', async () => {
    const world = await signWorld();
    const before = world.files();
    expect(await world.sign({ check: true })).toMatchObject({ changed: true });
    expect(world.files()).toEqual(before);
  });

  test('tells of a change, and writes nothing', async () => {
    const world = await signWorld();
    await world.sign();
    world.write('zone', PLAIN_ZONE.replace('192.0.2.2', '192.0.2.9'));
    const before = world.files();
    expect(await world.sign({ check: true })).toMatchObject({ changed: true, serial: 3 });
    expect(world.files()).toEqual(before);
  });

  test('tells that nothing changed: a serial alone is no change', async () => {
    const world = await signWorld();
    await world.sign();
    world.write('zone', PLAIN_ZONE.replace(' 1 7200', ' 9 7200'));
    expect(await world.sign({ check: true })).toMatchObject({ changed: false, serial: 2 });
  });

  test('tells that signatures are due', async () => {
    const world = await signWorld();
    await world.sign();
    world.now = NOW + 20 * DAY + 1;
    expect(await world.sign({ check: true })).toMatchObject({ changed: true });
  });
});

describe('times', () => {
  const timesOf = (line: string): string[] => line.split(' ').slice(8, 10);

  test('run from an hour ago to the end of the validity', async () => {
    const world = await signWorld();
    await world.sign({ validity: 7 * DAY, dnskeyValidity: 14 * DAY });
    const signatures = world.lines().filter((line) => typeOfLine(line).startsWith('RRSIG'));
    for (const line of signatures) {
      const expiration = typeOfLine(line) === 'RRSIG DNSKEY' ? '20260115000000' : '20260108000000';
      expect(timesOf(line)).toEqual([expiration, '20251231230000']);
    }
  });

  test('can be given', async () => {
    const world = await signWorld();
    await world.sign({ inception: NOW - 5, expiration: NOW + 5 });
    const line = world.lines().find((each) => each.includes(' RRSIG SOA '))!;
    expect(timesOf(line)).toEqual(['20260101000005', '20251231235955']);
    expect(world.warnings).toEqual([]);
  });

  test('may lie in the past, with a warning', async () => {
    const world = await signWorld();
    await world.sign({ inception: NOW - 2 * DAY, expiration: NOW, jitter: DAY });
    expect(world.warnings).toEqual([expect.stringContaining('expired already')]);
  });

  test.each<[string, Partial<SignOptions>]>([
    ['ends before it begins', { inception: NOW, expiration: NOW - 1 }],
    ['ends when it begins', { inception: NOW, expiration: NOW }],
    ['ends before the given inception', { inception: NOW + 31 * DAY }],
    ['has ended', { expiration: NOW - 4000 }],
    ['ends before it begins, for the DNSKEYs', { inception: NOW + 12 * DAY, dnskeyValidity: 11 * DAY }],
    ['is due at every run, for the DNSKEYs', { dnskeyValidity: 10 * DAY }],
    ['is longer than the arithmetic of RFC 4034 section 3.1.5 can tell', { validity: 2 ** 31 }],
    ['is longer than that for the DNSKEYs', { dnskeyValidity: 2 ** 31 }],
    ['is all jitter', { validity: DAY, jitter: DAY }],
    ['is all jitter and less', { validity: DAY, jitter: 2 * DAY }],
  ])('are refused where validity %s', async (_, options) => {
    const world = await signWorld();
    expect(await world.failure(options)).toMatchObject({ kind: 'usage', code: 'usage/times' });
    expect(world.exists('zone.signed')).toBe(false);
  });
});

describe('NSEC3 parameters (RFC 9276)', () => {
  test('with a salt or iterations draw warnings', async () => {
    const world = await signWorld();
    await world.sign({ denial: { ...NSEC3, iterations: 1, salt: Uint8Array.of(1) } });
    expect(world.warnings).toEqual([
      expect.stringMatching(/^1 NSEC3 iteration.*RFC 9276 section 3\.1/),
      expect.stringMatching(/salt.*RFC 9276 section 3\.1/),
    ]);
  });

  test('may have 50 iterations and no more', async () => {
    const world = await signWorld();
    expect(await world.sign({ denial: { ...NSEC3, iterations: 50 } })).toMatchObject({ denial: 'nsec3' });
    expect(await world.failure({ denial: { ...NSEC3, iterations: 51 } })).toMatchObject({
      kind: 'usage',
      code: 'usage/nsec3-iterations',
    });
  });
});

describe('TTLs', () => {
  test('that are mixed in an RRset become the lowest, with a warning', async () => {
    const world = await signWorld(`${PLAIN_ZONE}www 60 IN A 192.0.2.7\n`);
    await world.sign();
    const ttls = world
      .lines()
      .filter((line) => /^www\.example\. \d+ IN (RRSIG )?A /.test(line))
      .map((line) => line.split(' ')[1]);
    expect(ttls).toEqual(['60', '60', '60']);
    expect(world.warnings).toEqual([expect.stringMatching(/zone:\d+: .*different TTLs/)]);
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: NOW }), 'error')).toEqual([]);
  });

  test('above the limit are refused, with their line', async () => {
    const world = await signWorld(`${PLAIN_ZONE}www 86401 IN MX 1 ns\n`);
    expect(await world.failure({ maxTtl: 86400 })).toMatchObject({
      kind: 'input',
      code: 'zone/ttl-too-large',
      location: { file: world.path('zone'), line: 10 },
    });
    expect(await world.sign({ maxTtl: 86401 })).toMatchObject({ changed: true });
  });

  test('above the limit are the concern of the input: the DNSKEYs have theirs from elsewhere', async () => {
    const world = await signWorld(PLAIN_ZONE.replace('$TTL 3600', '$TTL 300'));
    expect(await world.sign({ maxTtl: 300, dnskeyTtl: 3600 })).toMatchObject({ changed: true });
  });

  test('of the DNSKEYs are those of the keys, else that of the policy', async () => {
    const world = await signWorld();
    await world.sign({ dnskeyTtl: 77 });
    const ttl = (): string =>
      world
        .lines()
        .find((line) => typeOfLine(line) === 'DNSKEY')!
        .split(' ')[1]!;
    expect(ttl()).toBe('77');
  });

  test('may be as large as they come', async () => {
    const world = await signWorld(`${PLAIN_ZONE}large ${MAX_TTL} IN A 192.0.2.7\n`);
    await world.sign();
    expect(codesOf(await verifyText(world.read('zone.signed'), { at: NOW }), 'error')).toEqual([]);
  });
});

describe('the zone', () => {
  test('may be named', async () => {
    const world = await signWorld(PLAIN_ZONE.replace('@ IN SOA', '@ IN SOA'));
    expect(await world.sign({ zone: nameFromText('EXAMPLE') })).toMatchObject({ zone: 'example.' });
  });

  test.each([
    ['zone/no-ns', PLAIN_ZONE.replace('@ IN NS ns\n', '')],
    ['zone/several-soas', `${PLAIN_ZONE}@ IN SOA ns h 9 9 9 9 9\n`],
    ['zone/cname-and-other-data', `${PLAIN_ZONE}www IN CNAME ns\n`],
    ['zone/below-dname', `${PLAIN_ZONE}d IN DNAME other.\na.d IN A 192.0.2.1\n`],
    ['zone/out-of-zone', `${PLAIN_ZONE}www.other. IN A 192.0.2.1\n`],
    ['syntax/type', `${PLAIN_ZONE}www IN BOGUS 192.0.2.1\n`],
  ])('is refused for %s, with its line, and nothing is written', async (code, text) => {
    const world = await signWorld(text);
    const before = world.files();
    expect(await world.failure({ zone: nameFromText('example') })).toMatchObject({
      kind: 'input',
      code,
      location: { file: world.path('zone'), line: expect.any(Number) },
    });
    expect(world.files()).toEqual(before);
  });

  test('is refused without an SOA', async () => {
    const world = await signWorld(PLAIN_ZONE.replace(/^@ IN SOA.*\n/m, ''));
    expect(await world.failure({ zone: nameFromText('example') })).toMatchObject({ code: 'zone/no-soa' });
  });

  test('may lose what is outside of it', async () => {
    const world = await signWorld(`${PLAIN_ZONE}www.other. IN A 192.0.2.1\n`);
    await world.sign({ dropOutOfZone: true, zone: nameFromText('example') });
    expect(world.read('zone.signed')).not.toContain('other');
    expect(world.warnings).toEqual([expect.stringMatching(/zone:10: .*outside of the zone.* is dropped/)]);
  });

  test('tells all that is wrong at once', async () => {
    const world = await signWorld(`${PLAIN_ZONE}www IN CNAME ns\nns IN CNAME www\n`);
    expect(await world.failure()).toMatchObject({ further: [expect.objectContaining({ kind: 'input' })] });
  });
});

describe('--verify', () => {
  test('writes a zone that verifies', async () => {
    const world = await signWorld();
    await world.sign({ verify: true });
    expect(world.exists('zone.signed')).toBe(true);
  });

  test('writes nothing that would not be valid now', async () => {
    const world = await signWorld();
    const times = { inception: NOW + DAY, expiration: NOW + 30 * DAY };
    await expect(world.sign({ verify: true, ...times })).rejects.toMatchObject({
      kind: 'input',
      code: 'sign/not-valid',
    });
    expect(world.exists('zone.signed')).toBe(false);
  });
});
