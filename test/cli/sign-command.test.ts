import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CLOCK, runForJson, runInProcess } from './in-process.ts';
import { schemaErrors } from './schemas.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

/** A folder with the zone and its keys. */
async function workWithKeys(files: Readonly<Record<string, string>> = {}): Promise<void> {
  workIn({ 'example.com.zone': SMALL_ZONE, ...files });
  expect((await runInProcess(['keygen', 'example.com'])).status).toBe(0);
}

const signed = (file = 'example.com.zone.signed'): string => readFileSync(file, 'utf8');

/** Signs, and expects that it works. */
async function sign(...args: readonly string[]): Promise<string> {
  const { status, stderr } = await runInProcess(['sign', ...args]);
  expect([status, stderr]).toEqual([0, expect.anything()]);
  return stderr;
}

/** The times of the RRSIGs over a type. */
function timesOf(type: string, text = signed()): { expiration: string; inception: string } {
  const [, expiration, inception] =
    new RegExp(`RRSIG\\t${type} \\d+ \\d+ \\d+ (\\d{14}) (\\d{14})`).exec(text) ?? [];
  return { expiration: expiration ?? '', inception: inception ?? '' };
}

describe('sign', () => {
  test('writes ZONEFILE.signed, and sums up on standard error', async () => {
    await workWithKeys();
    const { status, stdout, stderr } = await runInProcess(['sign', 'example.com.zone']);
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      new RegExp(
        '^example\\.com\\. signed into example\\.com\\.zone\\.signed: serial \\d+\n' +
          ' {2}17 records in 11 RRsets, 3 NSEC\n' +
          ' {2}8 signatures made, 0 kept, in \\d+\\.\\d\\d s \\(\\d+ a second\\)\n' +
          ' {2}the first signature expires 2026-12-2\\dT.*Z\n$',
      ),
    );
    expect(signed()).toContain('RRSIG\tSOA 13');
    expect(readFileSync('example.com.zone', 'utf8')).toBe(SMALL_ZONE);
  });

  test('says so when there is nothing to do', async () => {
    await workWithKeys();
    await sign('example.com.zone');
    const before = signed();
    expect(await sign('example.com.zone')).toMatch(
      /^example\.com\. example\.com\.zone\.signed is up to date: /,
    );
    expect(signed()).toBe(before);
  });

  test('is quiet with --quiet', async () => {
    await workWithKeys();
    expect(await runInProcess(['sign', 'example.com.zone', '--quiet'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('-o - puts the zone on standard output', async () => {
    await workWithKeys();
    const { status, stdout } = await runInProcess(['sign', '-o', '-', 'example.com.zone']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^example\.com\.\t3600\tIN\tSOA\t/);
    expect(stdout).toContain('RRSIG\tSOA 13');
    expect(existsSync('example.com.zone.signed')).toBe(false);
  });

  test('- reads standard input, and answers on standard output', async () => {
    await workWithKeys();
    const { status, stdout } = await runInProcess(['sign', '-'], { stdin: SMALL_ZONE });
    expect(status).toBe(0);
    expect(stdout).toContain('RRSIG\tSOA 13');
  });

  test('--check exits 1 when a run would change the output, and writes nothing', async () => {
    await workWithKeys();
    const first = await runInProcess(['sign', '--check', 'example.com.zone']);
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/^example\.com\. would be signed into /);
    expect(existsSync('example.com.zone.signed')).toBe(false);
    await sign('example.com.zone');
    expect((await runInProcess(['sign', '--check', 'example.com.zone'])).status).toBe(0);
  });

  test('has options for the denial of existence', async () => {
    await workWithKeys();
    await sign('example.com.zone', '--nsec3');
    expect(signed()).toMatch(/NSEC3PARAM\t1 0 0 -\n/);
    const { stderr } = await runInProcess([
      'sign',
      'example.com.zone',
      '--nsec3-iterations',
      '2',
      '--nsec3-salt',
      'AB01',
    ]);
    expect(stderr).toMatch(/warning: 2 NSEC3 iterations/);
    expect(signed()).toMatch(/NSEC3PARAM\t1 0 2 AB01\n/);
    await sign('example.com.zone', '--nsec3-opt-out');
    expect(signed()).toMatch(/NSEC3\t1 1 0 - /);
    await sign('example.com.zone', '--nsec');
    expect(signed()).not.toContain('NSEC3');
  });

  test('has options for times', async () => {
    await workWithKeys();
    await sign('example.com.zone', '--validity', '7d', '--jitter', '0', '--dnskey-validity', '14d');
    expect(timesOf('SOA')).toEqual({ expiration: '20261129120000', inception: '20261122110000' });
    expect(timesOf('DNSKEY')).toEqual({ expiration: '20261206120000', inception: '20261122110000' });
    await sign(
      'example.com.zone',
      '--full',
      '--inception',
      '20261101',
      '--expiration',
      'now+2d',
      '--jitter',
      '0',
    );
    expect(timesOf('A')).toEqual({ expiration: '20261124120000', inception: '20261101000000' });
  });

  test('a short validity does not make every signature due at once', async () => {
    await workWithKeys();
    const run = ['sign', 'example.com.zone', '--validity', '1h'];
    await runInProcess(run);
    const { stderr } = await runInProcess(run, { clock: CLOCK + 600 });
    expect(stderr).toContain(' 0 signatures made, 8 kept');
  });

  test('drops records outside of the zone, and reads outside of its directory, only on request', async () => {
    await workWithKeys({
      'parts/hosts': 'more A 192.0.2.3\n',
      'zones/outside': `${SMALL_ZONE}elsewhere.example. A 192.0.2.4\n`,
    });
    writeFileSync('zones/include', `${SMALL_ZONE}$INCLUDE ../parts/hosts\n`);
    expect((await runInProcess(['sign', 'zones/outside'])).status).toBe(3);
    await sign('zones/outside', '--drop-out-of-zone');
    expect(signed('zones/outside.signed')).not.toContain('elsewhere');
    expect((await runInProcess(['sign', 'zones/include'])).status).toBe(3);
    await sign('zones/include', '--include-path', 'parts');
    expect(signed('zones/include.signed')).toContain('more.example.com.');
  });

  test('signs with the keys that are named', async () => {
    await workWithKeys();
    const { stdout } = await runInProcess([
      'keygen',
      'example.com',
      '--role',
      'csk',
      '-a',
      'ED25519',
      '--spare',
    ]);
    await sign('example.com.zone', '-k', stdout.trim());
    expect(signed()).toContain('RRSIG\tSOA 15');
    expect(signed()).not.toContain('RRSIG\tSOA 13');
  });

  test('refuses TTLs above --max-ttl, or the maximum of the policy', async () => {
    await workWithKeys();
    expect((await runInProcess(['sign', 'example.com.zone', '--max-ttl', '30m'])).status).toBe(3);
    writeFileSync('.zonewrightrc', 'policies: {default: {maxZoneTtl: 30m}}');
    expect((await runInProcess(['sign', 'example.com.zone'])).status).toBe(3);
    await sign('example.com.zone', '--max-ttl', 'none');
  });

  test.each([
    [
      ['-o', '-', '--json', 'example.com.zone'],
      'both the zone (-o -) and the document of --json want standard output',
    ],
    [['-', '--json'], 'both the zone (-o -) and the document of --json want standard output'],
    [['--nsec', '--nsec3', 'example.com.zone'], '--nsec and the options of NSEC3 exclude each other'],
    [['--nsec3-salt', 'xyz', 'example.com.zone'], '"xyz" is no NSEC3 salt'],
    [['--nsec3-iterations', '51', 'example.com.zone'], '51 NSEC3 iterations are refused'],
    [['--serial', 'random', 'example.com.zone'], 'choose from keep, increment, unixtime, date'],
    [['--jobs', 'all', 'example.com.zone'], '--jobs takes a whole number, not "all"'],
    [['--jobs', '0', 'example.com.zone'], '--jobs takes a whole number from 1 on, not "0"'],
    [['-o', 'x', 'a.zone', 'b.zone'], '--output is for one zone, and several are to be signed'],
    [['-z', 'example.com', 'a.zone', 'b.zone'], '--zone is for one zone, and several are to be signed'],
    [['--all', 'a.zone'], '--all and the name of a file exclude each other'],
    [['--all'], 'the configuration names no zones'],
    [['--shard', '4/3', 'a.zone'], '"4/3" is no shard'],
    [['--shard', '0/0', 'a.zone'], '"0/0" is no shard'],
    [[], 'no zone file is named'],
  ])('%j is a mistake', async (args, message) => {
    await workWithKeys();
    const { status, stderr } = await runInProcess(['sign', ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync('example.com.zone.signed')).toBe(false);
  });
});

describe('sign --json', () => {
  test('of one zone is its result', async () => {
    await workWithKeys();
    const { status, document } = await runForJson(['sign', 'example.com.zone']);
    expect(status).toBe(0);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({
      schema: 'zonewright/sign/v1',
      zone: 'example.com.',
      output: 'example.com.zone.signed',
      changed: true,
      serial: CLOCK,
      signaturesMade: 8,
      signaturesKept: 0,
      denial: 'nsec',
      warnings: [],
    });
  });

  test('of several zones is a list, with the error of each that failed', async () => {
    await workWithKeys();
    const { status, document, stderr } = await runForJson(['sign', 'missing.zone', 'example.com.zone']);
    expect(status).toBe(4);
    expect(schemaErrors(document)).toEqual([]);
    expect(document['zones']).toMatchObject([
      { error: { code: 'file/not-found', file: 'missing.zone' } },
      { zone: 'example.com.', changed: true },
    ]);
    expect(stderr).toMatch(/^zonewright: missing\.zone: there is no such file or directory\n/);
  });
});

describe('sign with a configuration', () => {
  const configuration = `
policies:
  default: {denial: nsec3, nsec3: {saltLength: 4}}
  plain: {zonemd: sha384}
zones:
  a.example: {file: zones/a, output: out/a.signed, policy: plain}
  b.example: {file: zones/b}
  c.example: {}
`;
  const zoneText = SMALL_ZONE.replace('$ORIGIN example.com.\n', '');

  async function workWithZones(): Promise<void> {
    workIn({ '.zonewrightrc.yaml': configuration, 'zones/a': zoneText, 'zones/b': zoneText, 'out/x': '' });
    for (const zone of ['a.example', 'b.example']) await runInProcess(['keygen', zone]);
  }

  test('knows name, output and policy of a zone by its file', async () => {
    await workWithZones();
    expect(await sign('./zones/a')).toMatch(/^a\.example\. signed into out\/a\.signed/);
    expect(signed('out/a.signed')).toMatch(/\tZONEMD\t/);
    expect(signed('out/a.signed')).not.toContain('NSEC3');
    expect(await sign('zones/b')).toContain('b.example. signed into zones/b.signed');
    expect(signed('zones/b.signed')).toMatch(/NSEC3PARAM\t1 0 0 [0-9A-F]{8}\n/);
  });

  test('knows the policy of a zone by its SOA, where the file is not the configured one', async () => {
    await workWithZones();
    const text = `$ORIGIN a.example.\n${zoneText}`;
    writeFileSync('draft', text);
    expect(await sign('draft')).toContain('a.example. signed into draft.signed');
    expect(signed('draft.signed')).toMatch(/\tZONEMD\t/);
    expect((await runInProcess(['sign', '-'], { stdin: text })).stdout).toMatch(/\tZONEMD\t/);
    writeFileSync('b.example.zone', text);
    await sign('b.example.zone');
    expect(signed('b.example.zone.signed')).toMatch(/\tZONEMD\t/);
    const ofOther = text.replace('a.example', 'd.example');
    await runInProcess(['keygen', 'd.example']);
    expect((await runInProcess(['sign', '-'], { stdin: ofOther })).stdout).toContain('\tNSEC3PARAM\t');
  });

  test('keeps the salt that its policy asks for from run to run', async () => {
    await workWithZones();
    await runInProcess(['sign', 'zones/b']);
    const { stderr } = await runInProcess(['sign', 'zones/b']);
    expect(stderr).toContain('is up to date');
  });

  test('--all does every zone; one that fails does not stop the others, and the worst exit status counts', async () => {
    await workWithZones();
    rmSync('zones/a');
    const { status, document } = await runForJson(['sign', '--all']);
    expect(status).toBe(4);
    expect(schemaErrors(document)).toEqual([]);
    expect(document['zones']).toMatchObject([
      { error: { code: 'file/not-found', file: 'zones/a' } },
      { zone: 'b.example.', changed: true },
      { error: { code: 'configuration/no-file' } },
    ]);
  });

  test('--shard splits the zones among jobs, counted from 1 or from 0', async () => {
    await workWithZones();
    const zonesOf = async (shard: string): Promise<string[]> => {
      const { document } = await runForJson(['sign', '--all', '--shard', shard, '--check']);
      return (document['zones'] as { zone?: string }[]).map(({ zone }) => zone ?? 'c.example.');
    };
    const parts = [await zonesOf('1/2'), await zonesOf('2/2')];
    expect(parts.flat().sort()).toEqual(['a.example.', 'b.example.', 'c.example.']);
    expect(await zonesOf('0/2')).toEqual(parts[1]);
    expect(await zonesOf('1/1')).toEqual(['a.example.', 'b.example.', 'c.example.']);
  });
});
