import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../support/workspace.ts';
import { CLOCK, runForJson, runInProcess } from './in-process.ts';
import { schemaErrors } from './schemas.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

let good: string;
let ds: string;
let signedIn: string;

beforeAll(async () => {
  const home = process.cwd();
  signedIn = temporaryDirectory();
  process.chdir(signedIn);
  writeFileSync('example.com.zone', SMALL_ZONE);
  await runInProcess(['keygen', 'example.com']);
  expect((await runInProcess(['sign', 'example.com.zone'])).status).toBe(0);
  good = readFileSync('example.com.zone.signed', 'utf8');
  ds = (await runInProcess(['ds', 'example.com'])).stdout;
  process.chdir(home);
});

beforeEach(() => {
  // Both addresses are changed under their signatures.
  const bad = good.replace('A\t192.0.2.1\n', 'A\t192.0.2.11\n').replace('A\t192.0.2.2\n', 'A\t192.0.2.12\n');
  workIn({ 'good.signed': good, 'bad.signed': bad });
});

describe('verify', () => {
  test('exits 0 for a zone that is in order, and says so on standard output', async () => {
    const { status, stdout, stderr } = await runInProcess(['verify', 'good.signed']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^example\.com\. is valid at 2026-11-22T12:00:00Z: 0 errors, \d+ warnings?, \d+ notes?\n {2}11 RRsets, 8 signatures verified; the first to expire does so at 2026-12-2\dT/m,
    );
  });

  test('exits 1 for one that is not, with each thing once, where else it is, and what to do', async () => {
    const { status, stdout } = await runInProcess(['verify', 'bad.signed']);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^error: bad\.signed:\d+: ns1\.example\.com\. A, key \d+, ECDSAP256SHA256: .* \[rrsig\/invalid\]$/m,
    );
    expect(stdout).toMatch(
      /^ {2}and 1 more of this kind \(--all-findings\): www\.example\.com\. A\n {2}hint: \w/m,
    );
    expect(stdout).toMatch(/^example\.com\. is NOT valid at .*: 1 error, /m);
  });

  test('--all-findings tells every one', async () => {
    const { stdout } = await runInProcess(['verify', 'bad.signed', '--all-findings']);
    expect(stdout.match(/\[rrsig\/invalid\]$/gm)).toHaveLength(2);
    expect(stdout).not.toContain('more of this kind');
  });

  test('--previous says that one can replace the other, where it can', async () => {
    const line = '  can replace good.signed: what caches hold of one validates with the other\n';
    writeFileSync('example.com.zone', `${SMALL_ZONE}new A 192.0.2.9\n`);
    for (const keys of [path.join(signedIn, 'keys'), 'other-keys']) {
      writeFileSync('example.com.zone.signed', good);
      if (keys === 'other-keys') await runInProcess(['keygen', 'example.com', '-K', keys]);
      await runInProcess(['sign', 'example.com.zone', '-K', keys]);
      const { status, stdout } = await runInProcess([
        'verify',
        'example.com.zone.signed',
        '--previous',
        'good.signed',
      ]);
      expect([status, stdout.includes(line)]).toEqual(keys === 'other-keys' ? [1, false] : [0, true]);
    }
    const { document } = await runForJson(['verify', 'good.signed', '--previous', 'good.signed']);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({ previous: ['good.signed'] });
  });

  test('reads standard input', async () => {
    expect((await runInProcess(['verify', '-'], { stdin: good })).status).toBe(0);
  });

  test('looks at another time, or ahead', async () => {
    const status = async (...options: readonly string[]): Promise<number> =>
      (await runInProcess(['verify', 'good.signed', ...options])).status;
    expect(await status('--at', '+40d')).toBe(1);
    expect(await status('--at', '20261120')).toBe(1);
    expect(await status('--min-validity', '20d')).toBe(0);
    expect(await status('--min-validity', '40d')).toBe(1);
    expect(await status('--now', '2027-06-01')).toBe(1);
  });

  test("compares with the parent's DS", async () => {
    writeFileSync('dsset', ds);
    expect((await runInProcess(['verify', 'good.signed', '--ds', 'dsset'])).status).toBe(0);
    expect((await runInProcess(['verify', 'good.signed', '--ds', '-'], { stdin: ds })).status).toBe(0);
    const rdata = ds.trim().split(' ').slice(3).join(' ');
    expect((await runInProcess(['verify', '--ds', rdata, 'good.signed'])).status).toBe(0);
    const wrong = rdata.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    expect((await runInProcess(['verify', '--ds', wrong, 'good.signed'])).status).toBe(1);
    expect((await runInProcess(['verify', '--trust-anchor', 'dsset', 'good.signed'])).status).toBe(0);
  });

  test.each([
    [['--json', '--format', 'sarif', 'good.signed'], 2, '--json and --format sarif exclude each other'],
    [['--format', 'pdf', 'good.signed'], 2, 'choose from text, json, junit, sarif, github'],
    [['--min-validity', 'soon', 'good.signed'], 2, '--min-validity: "soon" is no duration'],
    [['--at', 'never', 'good.signed'], 2, '--at: "never" is no time'],
    [['--jobs', '0', 'good.signed'], 2, '--jobs takes a whole number from 1 on, not "0"'],
    [['-z', 'a..b', 'good.signed'], 2, '"a..b" is no zone name'],
    [['missing'], 4, 'missing: there is no such file or directory'],
    [[], 2, 'no zone file is named'],
  ])('%j fails', async (args, expected, message) => {
    const { status, stderr } = await runInProcess(['verify', ...args]);
    expect(status).toBe(expected);
    expect(stderr).toContain(message);
  });
});

describe('verify --format', () => {
  const report = async (format: string, file = 'bad.signed'): Promise<string> => {
    const { status, stdout, stderr } = await runInProcess(['verify', '--format', format, file]);
    expect([status, stderr]).toEqual([file === 'bad.signed' ? 1 : 0, '']);
    return stdout;
  };

  test('json is the document of --json, and follows its schema', async () => {
    const { status, document } = await runForJson(['verify', 'bad.signed']);
    expect(status).toBe(1);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toEqual(JSON.parse(await report('json')));
    expect(document).toMatchObject({
      schema: 'zonewright/verify/v1',
      zone: 'example.com.',
      file: 'bad.signed',
      ok: false,
      time: '2026-11-22T12:00:00Z',
      counts: { error: 1 },
      denial: 'nsec',
    });
    const [finding] = document['findings'] as readonly object[];
    expect(finding).toMatchObject({
      code: 'rrsig/invalid',
      severity: 'error',
      owner: 'ns1.example.com.',
      type: 'A',
      location: { file: 'bad.signed' },
      reference: expect.stringMatching(/^RFC \d+/),
    });
    expect(schemaErrors((await runForJson(['verify', 'good.signed'])).document)).toEqual([]);
  });

  test('junit has a failure for each error', async () => {
    const xml = await report('junit');
    expect(xml).toMatch(
      /<testsuite name="example\.com\. \(bad\.signed\)" tests="\d+" failures="1" errors="0" /,
    );
    expect(xml.match(/<failure type="rrsig\/invalid" message="/g)).toHaveLength(1);
    expect(await report('junit', 'good.signed')).toMatch(/<testsuite [^>]*failures="0"/);
  });

  test('sarif has a result for each finding, with file and line', async () => {
    const log = JSON.parse(await report('sarif')) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
    };
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run!.tool.driver.rules.map(({ id }) => id)).toContain('rrsig/invalid');
    const index = run!.tool.driver.rules.findIndex(({ id }) => id === 'rrsig/invalid');
    expect(run!.results[0]).toMatchObject({
      ruleId: 'rrsig/invalid',
      ruleIndex: index,
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'bad.signed' },
            region: { startLine: expect.any(Number) },
          },
        },
      ],
    });
  });

  test('github has an annotation for each finding', async () => {
    const lines = (await report('github')).trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^::error file=bad\.signed,line=\d+,title=rrsig\/invalid::ns1\.example\.com\. A, key /,
    );
  });
});

describe('verify of several zones', () => {
  test('does not stop at one that cannot be read', async () => {
    const { status, document, stderr } = await runForJson(['verify', 'missing', 'bad.signed', 'good.signed']);
    expect(status).toBe(4);
    expect(stderr).toContain('zonewright: missing: there is no such file');
    expect(schemaErrors(document)).toEqual([]);
    expect(document['zones']).toMatchObject([{ error: { file: 'missing' } }, { ok: false }, { ok: true }]);
  });

  test('writes the reports one behind the other', async () => {
    const { status, stdout } = await runInProcess(['verify', 'bad.signed', 'good.signed']);
    expect(status).toBe(1);
    expect(stdout.match(/^example\.com\. is .*valid/gm)).toEqual([
      'example.com. is NOT valid',
      'example.com. is valid',
    ]);
  });

  test('--all verifies the outputs of the configured zones', async () => {
    writeFileSync(
      '.zonewrightrc.yaml',
      'zones: {example.com: {output: good.signed}, b.example: {file: b}, c.example: {}}',
    );
    const { status, document } = await runForJson(['verify', '--all'], { clock: CLOCK });
    expect(status).toBe(4);
    expect(schemaErrors(document)).toEqual([]);
    expect(document['zones']).toMatchObject([
      { zone: 'example.com.', ok: true },
      { error: { file: 'b.signed' } },
      { error: { code: 'configuration/no-file' } },
    ]);
  });

  test('knows the zone of a configured output by its path', async () => {
    writeFileSync('.zonewrightrc.yaml', 'zones: {example.org: {output: good.signed}}');
    expect((await runInProcess(['verify', './good.signed'])).status).not.toBe(0);
    expect((await runInProcess(['verify', './good.signed', '-z', 'example.com'])).status).toBe(0);
  });
});
