import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/workspace.ts';
import { runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const DEFAULTS = { directory: 'keys' };

/** The directory in which a `keygen` without further options puts its keys. */
async function keyDirectoryInUse(
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const { status, stderr } = await runInProcess(['keygen', 'example.com', ...args], { variables });
  expect([status, stderr]).toEqual([0, '']);
  const directories = readdirSync('.', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return directories
    .map(({ name }) => name)
    .find((name) => readdirSync(name).some((file) => file.endsWith('.key')));
}

describe('a setting', () => {
  const file = { '.zonewrightrc.yaml': 'keyDirectory: of-file' };

  test('has a default', async () => {
    workIn();
    expect(await keyDirectoryInUse()).toBe(DEFAULTS.directory);
  });

  test('comes from the configuration file', async () => {
    workIn(file);
    expect(await keyDirectoryInUse()).toBe('of-file');
  });

  test('of the environment beats the file', async () => {
    workIn(file);
    expect(await keyDirectoryInUse([], { ZONEWRIGHT_KEY_DIRECTORY: 'of-environment' })).toBe(
      'of-environment',
    );
  });

  test('on the command line beats the environment', async () => {
    workIn(file);
    const args = ['--key-directory', 'of-option'];
    expect(await keyDirectoryInUse(args, { ZONEWRIGHT_KEY_DIRECTORY: 'of-environment' })).toBe('of-option');
  });

  test('for all commands may stand before the command', async () => {
    workIn();
    const { stdout } = await runInProcess(['--key-directory', 'k', '--json', 'keygen', 'example.com']);
    expect(JSON.parse(stdout)).toMatchObject({ keyDirectory: 'k' });
  });

  test('the time: option, environment, clock', async () => {
    workIn();
    const created = async (args: readonly string[], variables = {}): Promise<unknown> => {
      const { stdout } = await runInProcess(['keygen', 'example.com', '--role', 'csk', '--json', ...args], {
        variables,
        clock: 1700000000,
      });
      return (JSON.parse(stdout) as { keys: { timing: { created: string } }[] }).keys[0]?.timing.created;
    };
    expect(await created([])).toBe('2023-11-14T22:13:20Z');
    expect(await created([], { ZONEWRIGHT_NOW: '20300101' })).toBe('2030-01-01T00:00:00Z');
    expect(await created(['--now', '2031-01-01'], { ZONEWRIGHT_NOW: '20300101' })).toBe(
      '2031-01-01T00:00:00Z',
    );
    expect(await created(['--now', '+1h'])).toBe('2023-11-14T23:13:20Z');
  });
});

describe('a configuration file', () => {
  test.each([
    ['.zonewrightrc', 'keyDirectory: found'],
    ['.zonewrightrc', '{"keyDirectory": "found"}'],
    ['.zonewrightrc.json', '{"keyDirectory": "found"}'],
    ['.zonewrightrc.yaml', 'keyDirectory: found'],
    ['.zonewrightrc.yml', 'keyDirectory: found'],
    ['zonewright.config.json', '{"keyDirectory": "found"}'],
    ['zonewright.config.yaml', 'keyDirectory: found'],
    ['zonewright.config.yml', 'keyDirectory: found'],
    ['package.json', '{"name": "x", "zonewright": {"keyDirectory": "found"}}'],
  ])('may be %s', async (name, content) => {
    workIn({ [name]: content });
    expect(await keyDirectoryInUse()).toBe('found');
  });

  test('may be in a directory above; its paths are relative to it', async () => {
    const directory = workIn({ 'zonewright.config.yaml': 'keyDirectory: found' });
    mkdirSync('a/b', { recursive: true });
    process.chdir('a/b');
    expect((await runInProcess(['keygen', 'example.com'])).status).toBe(0);
    expect(readdirSync(path.join(directory, 'found'))).toHaveLength(4);
  });

  test.each([['option'], ['variable']])('may be named with the %s', async (way) => {
    workIn({ '.zonewrightrc': 'keyDirectory: not-this', 'etc/any.yml': 'keyDirectory: ../found' });
    const [args, variables] =
      way === 'option' ? [['--config', 'etc/any.yml'], {}] : [[], { ZONEWRIGHT_CONFIG: 'etc/any.yml' }];
    expect(await keyDirectoryInUse(args as string[], variables as Record<string, string>)).toBe('found');
  });

  test('that is the package.json of somebody else means nothing, however broken it is', async () => {
    workIn({ 'package.json': '{"name": "x"}' });
    expect(await keyDirectoryInUse()).toBe(DEFAULTS.directory);
    workIn({ 'package.json': '{"name": ' });
    expect(await keyDirectoryInUse()).toBe(DEFAULTS.directory);
    const directory = workIn({ '.zonewrightrc': 'keyDirectory: a/of-file', 'a/package.json': '{"name": ' });
    process.chdir('a');
    expect(await keyDirectoryInUse()).toBe('of-file');
    process.chdir(directory);
  });

  test('decides about policies by zone, however its name is written', async () => {
    workIn({
      '.zonewrightrc.yaml': `
policies:
  one: {keys: csk, algorithm: ed25519}
zones:
  Bücher.Example.: {policy: one}
`,
    });
    const { stdout } = await runInProcess(['keygen', 'BÜCHER.example', '--json']);
    const { keys } = JSON.parse(stdout) as { keys: object[] };
    expect(keys).toMatchObject([{ zone: 'xn--bcher-kva.example.', role: 'csk', algorithm: 15 }]);
    expect(keys).toHaveLength(1);
    expect((await runInProcess(['keygen', 'other.example'])).stdout.split('\n')).toHaveLength(3);
  });
});

describe('nothing that lies in a working directory is executed', () => {
  const code = (marker: string): string =>
    `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'executed')`;
  const commonJs = (marker: string): string =>
    `${code(marker)};\nmodule.exports = {keyDirectory: 'executed'};\n`;
  const esModule = (marker: string): string =>
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(marker)}, 'executed');\nexport default {};\n`;
  const bait = (marker: string): Record<string, string> => ({
    '.config/config.js': commonJs(marker),
    '.config/config.cjs': commonJs(marker),
    '.config/config.mjs': esModule(marker),
    '.config/config.ts': esModule(marker),
    '.config.js': commonJs(marker),
    '.config/zonewrightrc.js': commonJs(marker),
    '.config/zonewrightrc.cjs': commonJs(marker),
    '.zonewrightrc.js': commonJs(marker),
    '.zonewrightrc.cjs': commonJs(marker),
    '.zonewrightrc.mjs': esModule(marker),
    '.zonewrightrc.ts': esModule(marker),
    'zonewright.config.js': commonJs(marker),
    'zonewright.config.cjs': commonJs(marker),
    'zonewright.config.mjs': esModule(marker),
    'zonewright.config.ts': esModule(marker),
  });

  test.each([
    ['without a configuration', {}],
    ['beside a configuration', { 'zonewright.config.yml': 'keyDirectory: data' }],
    ['beside an empty configuration', { '.zonewrightrc': '' }],
    ['beside a package.json that names us', { 'package.json': '{"zonewright": {"keyDirectory": "data"}}' }],
  ])('%s', async (_, files) => {
    const directory = workIn({ ...files, 'example.com.zone': SMALL_ZONE });
    const marker = path.join(directory, 'marker');
    for (const [name, content] of Object.entries(bait(marker))) {
      mkdirSync(path.dirname(name), { recursive: true });
      writeFileSync(name, content);
    }
    for (const args of [
      ['keygen', 'example.com'],
      ['sign', 'example.com.zone'],
      ['ds', 'example.com'],
    ]) {
      const { status, stderr } = await runCli(args, { cwd: directory });
      expect([args[0], status, stderr.includes('executed')]).toEqual([args[0], 0, false]);
    }
    expect(existsSync(marker)).toBe(false);
    expect(existsSync('executed')).toBe(false);
  });

  test('the bait would work', async () => {
    const directory = workIn();
    const marker = path.join(directory, 'marker');
    writeFileSync('bait.cjs', bait(marker)['zonewright.config.cjs']!);
    writeFileSync('run.mjs', `import './bait.cjs';`);
    await import(path.join(directory, 'run.mjs'));
    expect(readFileSync(marker, 'utf8')).toBe('executed');
  });

  test('not even on request', async () => {
    const directory = workIn();
    const marker = path.join(directory, 'marker');
    for (const name of ['a.js', 'a.cjs', 'a.mjs', 'a.ts']) {
      writeFileSync(name, name.endsWith('js') && name !== 'a.mjs' ? commonJs(marker) : esModule(marker));
      const { status, stderr } = await runInProcess(['ds', 'x', '--config', name]);
      expect(status).toBe(2);
      expect(stderr).toMatch(new RegExp(`^zonewright: ${name}: `));
    }
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a mistake in a configuration', () => {
  const policy = (line: string): string => `zones: {}\npolicies:\n  default:\n    ${line}\n`;

  test.each([
    [
      'keyDir: x',
      '1:1: keyDir: this key is unknown',
      'the keys here are keyDirectory, policies, zones, notify, afterSign',
    ],
    ['keyDirectry: x', '1:1: keyDirectry: this key is unknown', 'did you mean keyDirectory?'],
    ['keyDirectory: 7', '1:1: keyDirectory: this must be a path, not 7', undefined],
    [
      policy('kskLifetme: 90d'),
      '4:5: policies.default.kskLifetme: this key is unknown',
      'did you mean kskLifetime?',
    ],
    [
      policy('kskLifetime: 90x'),
      '4:5: policies.default.kskLifetime: this must be a duration like 90d, or unlimited, not "90x"',
      undefined,
    ],
    [policy('rotationPeriod: P'), '4:5: policies.default.rotationPeriod: this must be a duration', undefined],
    [
      policy('rotationPeriod: PD'),
      '4:5: policies.default.rotationPeriod: "PD" is no duration',
      'write it like',
    ],
    [policy('dnskeyTtl: -1'), '4:5: policies.default.dnskeyTtl: -1 is less than 0', 'use 0 or more'],
    [policy('cds: "yes"'), '4:5: policies.default.cds: this must be true or false, not "yes"', undefined],
    [policy('denial: nsec5'), '4:5: policies.default.denial: "nsec5" is none of nsec, nsec3', 'did you mean'],
    [
      policy('nsec3: {iterations: 51}'),
      '4:13: policies.default.nsec3.iterations: 51 is more than 50',
      'use 50 or less',
    ],
    [
      policy('nsec3: [1]'),
      '4:5: policies.default.nsec3: this must be a mapping of keys to values, not [1]',
      undefined,
    ],
    [
      policy('dsDigests: []'),
      '4:5: policies.default.dsDigests: this list is empty',
      'name one, or leave the key out',
    ],
    [
      policy('dsDigests: [sha256, sha256]'),
      '4:5: policies.default.dsDigests: this list has the same entry twice',
      'take one of the two out',
    ],
    [
      policy('dsDigests: [sha256, sha512]'),
      'policies.default.dsDigests[1]: "sha512" is none of sha256, sha384, sha1',
      'use sha256, or sha384',
    ],
    [
      policy('algorithm: RSASHA1'),
      '4:5: policies.default.algorithm: RSASHA1 is not for new keys',
      'ECDSAP256SHA256',
    ],
    [
      policy('algorithm: ROT13'),
      '4:5: policies.default.algorithm: "ROT13" is no DNSSEC algorithm',
      'ECDSAP256SHA256',
    ],
    [
      policy('signatures: {validity: 1w}'),
      '4:5: policies.default.signatures: signatures valid for 7d',
      'make refresh',
    ],
    [
      policy('zskLifetime: 6d'),
      '4:5: policies.default.zskLifetime: a lifetime of 6d is shorter than the rotation period of 7d',
      undefined,
    ],
    [
      policy('rotationPeriod: 1d'),
      '4:5: policies.default.rotationPeriod: 1d is shorter than a KSK rollover, which takes 1d5h at the least: ' +
        'IpubC 3h (propagationDelay 1h + dnskeyTtl 1h + publishSafety 1h), ' +
        'then Iret 1d2h (parentPropagationDelay 1h + parentDsTtl 1d + retireSafety 1h)',
      'make rotationPeriod at least 1d5h',
    ],
    [
      policy('{rotationPeriod: 4h, kskLifetime: unlimited}'),
      'rotationPeriod: 4h is shorter than a ZSK rollover, which takes 5h at the least',
      'make rotationPeriod at least 5h',
    ],
    [
      policy('{parentDsTtl: 8d, kskRollover: double-ds}'),
      'policies.default.rotationPeriod: 7d is shorter than a KSK rollover, which takes 8d5h at the least: IpubP 8d2h',
      undefined,
    ],
    [
      policy('{keys: csk, maxZoneTtl: 9d, zskLifetime: 1h}'),
      'rotationPeriod: 7d is shorter than a CSK rollover, which takes 9d5h at the least: IpubC 3h',
      undefined,
    ],
    [
      policy('{maxZoneTtl: 2d, signatures: {validity: 14d, refresh: 1d}}'),
      'policies.default.signatures.refresh: signatures are renewed when 1d is left, but caches may hold the old ones for 2d1h',
      'make refresh at least 2d1h',
    ],
    [
      policy('publishedWhen: afterSign'),
      '4:5: policies.default.publishedWhen: no afterSign program is configured',
      'name it at the top level: afterSign:',
    ],
    [
      'zones: {a.example: {policy: x}}',
      '1:21: zones."a.example".policy: there is no policy "x"',
      'the policies are default',
    ],
    [
      'zones: {a.example: {}, A.Example.: {}}',
      '1:24: zones."A.Example.": the zone a.example. is here for the second time',
      'make one of the two',
    ],
    ['zones: {"a..b": {}}', '1:9: zones."a..b": "a..b" is no zone name', undefined],
    [
      'zones: {x: {registrar: {type: dnsimple}}}',
      '1:13: zones.x.registrar: account is missing',
      'add account: ',
    ],
    ['notify: [{type: sms}]', 'notify[0].type: this must be webhook, email or command', undefined],
    ['notify: [{type: webook}]', 'notify[0].type: this must be webhook, email', 'did you mean webhook?'],
    ['notify: [{type: email, to: a@b.example}]', 'notify[0]: from is missing', 'add from: '],
    [
      'notify: [{type: webhook, url: "gopher://x"}]',
      'notify[0].url: this must be a URL with https (http is for this machine only), not "gopher://x"',
      undefined,
    ],
    [
      'a: [b\nc: d',
      '1:5: the configuration is malformed: implicit keys of flow sequence pairs need to be on a single line',
      undefined,
    ],
    ['zones: {}\nzones: {}\n', 'the configuration is malformed: map keys must be unique', undefined],
    ['[]', 'this must be a mapping of keys to values, not []', undefined],
  ])('%j is told with its place', async (content, message, hint) => {
    workIn({ '.zonewrightrc.yaml': content });
    const { status, stdout, stderr } = await runInProcess(['ds', 'x']);
    expect([status, stdout]).toEqual([2, '']);
    const [first = '', second = ''] = stderr.split('\n');
    expect(first).toMatch(/^zonewright: \.zonewrightrc\.yaml:/);
    expect(first).toContain(message);
    if (hint === undefined) return;
    expect(second).toContain(`hint: ${hint}`);
  });

  test.each([
    ['{"keyDirectory": }', /^zonewright: \.zonewrightrc\.json: the configuration is malformed: .*JSON\n$/],
    [
      '{\n  "zones": {},\n}',
      /^zonewright: \.zonewrightrc\.json(?::3:1)?: the configuration is malformed: [^\n]*JSON[^\n]*\n$/,
    ],
    ['{\n  "zones": 1\n}', /^zonewright: \.zonewrightrc\.json:2:3: zones: this must be a mapping/],
  ])('in JSON: %j', async (content, message) => {
    workIn({ '.zonewrightrc.json': content });
    const { status, stderr } = await runInProcess(['ds', 'x']);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('is told with all others', async () => {
    workIn({
      '.zonewrightrc.yaml':
        'keyDirectry: x\npolicies:\n  default:\n    denial: nsec5\n    zskLifetime: soon\nzones: { a.example: { fil: x } }\nnotify:\n  - {type: webook}\n  - {type: email, to: a@a.example}\n',
    });
    const { status, stderr } = await runInProcess(['status']);
    expect(status).toBe(2);
    const told = stderr.split('\n').filter((line) => line.startsWith('zonewright: '));
    expect(told.map((line) => line.split(': ')[1]!.concat(' ', line.split(': ')[2]!))).toEqual([
      '.zonewrightrc.yaml:1:1 keyDirectry',
      '.zonewrightrc.yaml:4:5 policies.default.denial',
      '.zonewrightrc.yaml:5:5 policies.default.zskLifetime',
      '.zonewrightrc.yaml:6:23 zones."a.example".fil',
      '.zonewrightrc.yaml:7:1 notify[1]',
      '.zonewrightrc.yaml:8:6 notify[0].type',
    ]);
    const { stdout: document } = await runInProcess(['status', '--json']);
    expect((JSON.parse(document) as { error: { further: object[] } }).error.further).toHaveLength(5);
  });

  test('that the schema cannot know is told with all others, each with what to do', async () => {
    workIn({
      '.zonewrightrc.yaml': `zones:
  a.example: { policy: defualt }
  A.Example.: {}
  b..example: {}
  c.example: { registrar: { type: command, argv: [x], timeout: PD } }
policies:
  default:
    algorithm: ED2551
    rotationPeriod: PD
  old:
    algorithm: RSASHA1
  short:
    kskLifetime: 1d
    zskLifetime: 2d
    publishedWhen: afterSign
    signatures: { validity: 1w }
notify:
  - { type: command, argv: [x], timeout: PT }
`,
    });
    const { status, stderr } = await runInProcess(['status']);
    expect(status).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    const told = lines.filter((_, index) => index % 2 === 0).map((line) => line.split(': ').slice(1, 3));
    expect(told).toEqual([
      ['.zonewrightrc.yaml:2:16', 'zones."a.example".policy'],
      ['.zonewrightrc.yaml:3:3', 'zones."A.Example."'],
      ['.zonewrightrc.yaml:4:3', 'zones."b..example"'],
      ['.zonewrightrc.yaml:5:55', 'zones."c.example".registrar.timeout'],
      ['.zonewrightrc.yaml:8:5', 'policies.default.algorithm'],
      ['.zonewrightrc.yaml:9:5', 'policies.default.rotationPeriod'],
      ['.zonewrightrc.yaml:11:5', 'policies.old.algorithm'],
      ['.zonewrightrc.yaml:13:5', 'policies.short.kskLifetime'],
      ['.zonewrightrc.yaml:14:5', 'policies.short.zskLifetime'],
      ['.zonewrightrc.yaml:15:5', 'policies.short.publishedWhen'],
      ['.zonewrightrc.yaml:16:5', 'policies.short.signatures'],
      ['.zonewrightrc.yaml:18:33', 'notify[0].timeout'],
    ]);
    const hints = lines.filter((_, index) => index % 2 === 1);
    expect(hints).toHaveLength(told.length);
    for (const hint of hints) expect(hint).toMatch(/^ {2}hint: /);
    expect(hints[0]).toContain('did you mean default?');
    expect(hints[4]).toContain('did you mean ED25519?');
  });

  test('in package.json has its place there', async () => {
    workIn({ 'package.json': '{\n  "name": "x",\n  "zonewright": {\n    "zone": {}\n  }\n}\n' });
    const { status, stderr } = await runInProcess(['ds', 'x']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'zonewright: package.json:4:5: zonewright.zone: this key is unknown\n  hint: did you mean zones?\n',
    );
  });

  test.each([
    ['missing.yaml', 2, 'there is no such configuration file'],
    ['directory', 4, 'the configuration file cannot be read (EISDIR)'],
    ['package.json', 2, 'there is no "zonewright" in this file'],
    ['some.toml', 2, 'by its name, this is neither YAML nor JSON'],
  ])('a file that cannot be it: %s', async (name, expected, message) => {
    workIn({ 'directory/x': '', 'package.json': '{}', 'some.toml': 'a = 1' });
    const { status, stderr } = await runInProcess(['ds', 'x', '--config', name]);
    expect(status).toBe(expected);
    expect(stderr).toContain(`zonewright: ${name}: ${message}`);
  });
});
