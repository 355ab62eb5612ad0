import { chmodSync, mkdirSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../support/workspace.ts';
import { CLOCK, runInProcess } from './in-process.ts';
import { DAY, HOUR, Operation, SIGNED, STATE } from './operation.ts';
import { schemaErrors } from './schemas.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';
import configSchema from '../../schemas/config.schema.json' with { type: 'json' };

interface Document {
  readonly health: string;
  readonly actor: string;
  readonly waitingFor: string | null;
  readonly deadline: string | null;
  readonly nextCommand: string | null;
  readonly missedRunsSurvived: number | null;
  readonly problems: readonly {
    readonly code: string;
    readonly severity: string;
    readonly what: string;
    readonly nextCommand: string | null;
  }[];
  readonly drift: readonly { readonly code: string }[];
  readonly ds: { readonly add: readonly { readonly keyTag: number }[]; readonly remove: readonly unknown[] };
  readonly [part: string]: unknown;
}

async function statusOf(operation: Operation, ...args: readonly string[]): Promise<[number, Document]> {
  const { status, stdout } = await operation.run('status', 'example.com', '--json', ...args);
  const document = JSON.parse(stdout) as Document;
  expect(schemaErrors(document)).toEqual([]);
  return [status, document];
}

/** Zones in their ordinary life, by policy: made once, and copied for each test. */
const kept = new Map<string, { readonly directory: string; readonly now: number }>();
let store = '';

beforeAll(() => {
  store = temporaryDirectory();
});

async function enabled(policy = ''): Promise<Operation> {
  const operation = new Operation({ policy });
  const known = kept.get(policy);
  if (known === undefined) {
    await operation.enable();
    const directory = path.join(store, String(kept.size));
    cpSync(operation.directory, directory, { recursive: true });
    kept.set(policy, { directory, now: operation.now });
  } else {
    cpSync(known.directory, operation.directory, { recursive: true });
    operation.now = known.now;
  }
  return operation;
}

/** The exit status of the monitoring plugin, and its word. */
async function check(operation: Operation, ...args: readonly string[]): Promise<[number, string]> {
  const { status, stdout } = await operation.run('status', '--check', ...args);
  expect(stdout).toMatch(/^ZONEWRIGHT [A-Z]+ - [^\n|]+(?: \| [^\n|]+)?\n$/);
  return [status, stdout.split(' ')[1]!];
}

test('a zone in its ordinary life is well, and nobody has to do anything', async () => {
  const operation = await enabled();
  const [status, document] = await statusOf(operation);
  expect([status, document.health, document.actor, document.problems, document.drift]).toEqual([
    0,
    'ok',
    'none',
    [],
    [],
  ]);
  expect(await check(operation)).toEqual([0, 'OK']);
});

test('a DS that nobody adds: well at first, then a warning, and critical after the rotation period', async () => {
  const operation = await enabled();
  await operation.rotate('--start', 'ksk', '--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
  const asked = operation.now;
  const [, added] = operation.keys('ksk');
  const [status, document] = await statusOf(operation);
  expect([status, document.health, document.actor]).toEqual([0, 'ok', 'operator']);
  expect(document.nextCommand).toBe(`zonewright rotate example.com --ds-published ${added!.keyTag}`);
  expect(document.deadline).toBe(new Date((asked + 7 * DAY) * 1000).toISOString().replace('.000', ''));
  // The DS that the parent has already is not among them.
  expect(document.ds.add.map(({ keyTag }) => keyTag)).toEqual([added!.keyTag]);
  expect(await check(operation)).toEqual([0, 'OK']);
  for (const [days, health, exit, plugin] of [
    [3.4, 'ok', 0, 0],
    [3.6, 'warning', 1, 1],
    [6.9, 'warning', 1, 1],
    [7, 'critical', 1, 2],
  ] as const) {
    operation.now = asked + days * DAY;
    await operation.rotate('--sign');
    const [code, { health: found, actor }] = await statusOf(operation);
    expect([days, found, code, actor]).toEqual([days, health, exit, 'operator']);
    expect((await check(operation))[0]).toBe(plugin);
  }
  await operation.addDs();
  expect((await statusOf(operation))[1]).toMatchObject({ health: 'ok', actor: 'operator' });
  await operation.withdrawDs();
  expect((await statusOf(operation))[1]).toMatchObject({ health: 'ok', ds: { add: [], remove: [] } });
});

test('no DS is shown before it is safe', async () => {
  const operation = new Operation();
  await operation.rotate('--sign');
  const [, document] = await statusOf(operation);
  expect(document.ds).toMatchObject({
    add: [],
    unsafe: expect.stringContaining('must not be at the parent'),
  });
  expect(await operation.succeed('status', 'example.com')).not.toContain('Add at the registrar');
});

test('signatures that run out: warning, critical, expired; the options of the plugin beat the policy', async () => {
  const operation = await enabled('signatures: {jitter: 0s}');
  const [, { firstExpiration }] = await statusOf(operation);
  const end = Date.parse(String(firstExpiration)) / 1000;
  for (const [left, severity] of [
    [6 * DAY, undefined],
    [4 * DAY, 'warning'],
    [1 * DAY, 'critical'],
    [-1, 'critical'],
  ] as const) {
    operation.now = end - left;
    const [, { problems, missedRunsSurvived }] = await statusOf(operation);
    const found = problems.find(({ code }) => code.startsWith('signatures/'));
    expect([left, found?.severity]).toEqual([left, severity]);
    expect(missedRunsSurvived).toBe(Math.max(0, Math.floor(left / DAY)));
    if (found !== undefined) expect(found.nextCommand).toBe('zonewright rotate example.com --sign');
  }
  operation.now = end - 20 * DAY;
  expect(await check(operation, '--warning', '21d')).toEqual([1, 'WARNING']);
  expect(await check(operation, '--warning', '22d', '--critical', '21d')).toEqual([2, 'CRITICAL']);
  expect(await check(operation, '--critical', '21d')).toEqual([2, 'CRITICAL']);
});

test('a lost private key, an open one, a foreign edit and a missing zone are told, each with what to type', async () => {
  const operation = await enabled();
  const [ksk] = operation.keys('ksk');
  const [zsk] = operation.keys('zsk');
  chmodSync(`keys/${zsk!.base}.private`, 0o640);
  rmSync(`keys/${ksk!.base}.private`);
  writeFileSync(SIGNED, operation.signed().replace('192.0.2.2', '192.0.2.3'));
  const [status, document] = await statusOf(operation);
  expect([status, document.health]).toEqual([1, 'critical']);
  expect(document.problems.map(({ code, nextCommand }) => [code, nextCommand])).toEqual([
    ['key/lost', `zonewright rotate example.com --recover ${ksk!.keyTag}`],
    ['state/unrecorded', 'zonewright rotate example.com --sign'],
    ['key/open', `chmod 600 keys/${zsk!.base}.private`],
  ]);
  rmSync(SIGNED);
  const [, { problems }] = await statusOf(operation);
  expect(problems.map(({ code }) => code)).toContain('zone/missing');
});

test('plain private keys in a repository are named until they are encrypted', async () => {
  const operation = await enabled();
  const told = async (): Promise<Document['problems'][number] | undefined> => {
    const [, { problems }] = await statusOf(operation);
    return problems.find(({ code }) => code === 'key/plain-in-repository');
  };
  expect(await told()).toBeUndefined();
  mkdirSync('.git');
  const files = (['ksk', 'zsk'] as const).map((role) => `${operation.keys(role)[0]!.base}.private`).sort();
  expect(await told()).toMatchObject({
    what: `private keys lie in plain in a repository: ${files.join(', ')}`,
    nextCommand: `zonewright keygen --encrypt keys/${files[0]!}`,
  });
});

test('encrypted keys as a clone of a repository has them, open to others, are nothing to warn of', async () => {
  const operation = await enabled();
  mkdirSync('.git');
  const passphrase = ['--passphrase-command', 'echo quince tarragon'];
  const files = operation.state().keys.map(({ base }) => `keys/${base}.private`);
  for (const file of files) {
    await operation.succeed('keygen', '--encrypt', file, ...passphrase);
    chmodSync(file, 0o644);
  }
  expect((await statusOf(operation))[1]).toMatchObject({ health: 'ok', problems: [] });
  await operation.succeed('keygen', '--plain', files[0]!, ...passphrase);
  chmodSync(files[0]!, 0o644);
  const [, { problems }] = await statusOf(operation);
  expect(problems.map(({ code, nextCommand }) => [code, nextCommand])).toEqual([
    ['key/open', `chmod 600 ${files[0]!}`],
    ['key/plain-in-repository', `zonewright keygen --encrypt ${files[0]!}`],
  ]);
});

test('a clock that went back is critical', async () => {
  const operation = await enabled();
  operation.now -= 3 * DAY;
  const [status, { health, problems }] = await statusOf(operation);
  expect([status, health]).toEqual([1, 'critical']);
  expect(problems[0]?.code).toBe('clock/back');
});

test('a nightly job that does not run any more is told', async () => {
  const operation = await enabled();
  const [, { nextRollover }] = await statusOf(operation);
  operation.now = Date.parse((nextRollover as { at: string }).at) / 1000 + 2 * DAY + 1;
  const [, { problems }] = await statusOf(operation);
  expect(problems.map(({ code }) => code)).toContain('run/missed');
});

describe('a zone without a rotation state', () => {
  test('is judged by the times of its keys and by what is signed', async () => {
    const operation = new Operation();
    expect((await statusOf(operation))[1]).toMatchObject({
      health: 'warning',
      nextCommand: 'zonewright rotate example.com --sign',
    });
    await operation.succeed('keygen', 'example.com');
    await operation.sign();
    const [status, document] = await statusOf(operation);
    expect([status, document.health, document['managed']]).toEqual([0, 'ok', false]);
    expect(document['keys']).toMatchObject([
      { role: 'ksk', state: 'active' },
      { role: 'zsk', state: 'active' },
    ]);
    operation.now += 26 * DAY;
    expect((await statusOf(operation))[1]).toMatchObject({
      health: 'warning',
      missedRunsSurvived: 3,
      nextCommand: 'zonewright sign example.com.zone',
    });
  });

  test('needs no configuration', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    await runInProcess(['keygen', 'example.com']);
    await runInProcess(['sign', 'example.com.zone']);
    expect(await runInProcess(['status', 'example.com'])).toMatchObject({ status: 0, stderr: '' });
    const all = await runInProcess(['status']);
    expect(all).toMatchObject({ status: 0, stdout: 'example.com.  OK        nothing to do\n' });
  });

  test('that nobody knows is an error', async () => {
    workIn();
    expect(await runInProcess(['status', 'example.org'])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('nothing is known of example.org.'),
    });
    expect((await runInProcess(['status'])).status).toBe(2);
  });
});

describe('several zones', () => {
  const zoneText = (name: string): string => SMALL_ZONE.replace('example.com', name);

  test('worst first; what cannot be read does not hide the others', async () => {
    workIn({
      '.zonewrightrc.yaml': `zones: {${['a', 'b', 'c'].map((name) => `${name}.example: {file: ${name}.zone}`).join(', ')}}`,
      ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.zone`, zoneText(`${name}.example`)])),
    });
    for (const name of ['a', 'b']) await runInProcess(['rotate', `${name}.example`, '--sign']);
    writeFileSync('keys/b.example.state.json', '{');
    const { status, stdout, stderr } = await runInProcess(['status']);
    expect(status).toBe(1);
    expect(stderr).toContain('b.example.state.json');
    expect(stdout.split('\n').map((line) => line.split(/ +/, 2))).toEqual([
      ['b.example.', 'UNKNOWN'],
      ['c.example.', 'WARNING'],
      ['a.example.', 'OK'],
      ['3', 'zones:'],
      [''],
    ]);
    const json = await runInProcess(['status', '--json']);
    expect(schemaErrors(JSON.parse(json.stdout) as Record<string, unknown>)).toEqual([]);
    expect((await runInProcess(['status', '--check'])).status).toBe(3);
    expect((await runInProcess(['status', '--format', 'html'])).stdout).toContain(
      'Nothing can be said of this zone',
    );
    expect((await runInProcess(['status', '--format', 'prometheus'])).stdout).toContain(
      'zonewright_zone_readable{zone="b.example."} 0',
    );
  });

  test('a shard has its part, and hundreds of zones are a matter of a second', async () => {
    const count = 300;
    const operation = await enabled();
    const state = operation.state();
    const names = Array.from({ length: count }, (_, index) => `zone${index}.example`);
    const { printStateDocument } = await import('../../src/rollover/state-document.ts');
    const { nameFromText } = await import('../../src/dns/name.ts');
    for (const name of names) {
      const keys = state.keys.map((key) => ({ ...key, base: key.base.replace('example.com', name) }));
      const wantedDs = state.wantedDs.map((base) => base.replace('example.com', name));
      const text = printStateDocument(nameFromText(name), {
        state: { ...state, keys, wantedDs },
        simulated: false,
      });
      writeFileSync(`keys/${name}.state.json`, text);
      for (const { base } of keys) writeFileSync(`keys/${base}.private`, '', { mode: 0o600 });
    }
    writeFileSync('.zonewrightrc.yaml', `zones: {${names.map((name) => `${name}: {}`).join(', ')}}`);
    const start = performance.now();
    const { stdout } = await operation.run('status');
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(stdout).toContain(`${count} zones: ${count} ok\n`);
    const parts = await Promise.all(['1/2', '2/2'].map((shard) => operation.run('status', '--shard', shard)));
    const counts = parts.map((part) => Number(/(\d+) zones/.exec(part.stdout)?.[1]));
    expect(counts[0]! + counts[1]!).toBe(count);
  });
});

test('--history tells what was done, when and why', async () => {
  const operation = await enabled();
  const { status, stdout } = await operation.run('status', 'example.com', '--history');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^2026-11-22 12:00 UTC {2}/);
  const json = await operation.run('status', 'example.com', '--history', '--json');
  const document = JSON.parse(json.stdout) as { history: unknown[] };
  expect(schemaErrors(document as unknown as Record<string, unknown>)).toEqual([]);
  expect(document.history).toHaveLength(operation.state().audit.length);
});

describe('--show-config', () => {
  test('says where each value came from', async () => {
    workIn({
      'etc/zw.yaml':
        'keyDirectory: k\npolicies: {default: {kskLifetime: 1y}}\nzones: {example.com: {file: z}}\nnotify: [{type: email, to: a@b.example, from: c@d.example, smtp: "smtp://me:secret@mail.example:25"}]\n',
    });
    const settings = async (args: readonly string[], variables = {}): Promise<Map<string, unknown>> => {
      const { stdout } = await runInProcess(['status', '--show-config', '--json', ...args], { variables });
      const document = JSON.parse(stdout) as { settings: { key: string }[] };
      expect(schemaErrors(document as unknown as Record<string, unknown>)).toEqual([]);
      return new Map(document.settings.map((setting) => [setting.key, setting]));
    };
    const found = await settings([], { ZONEWRIGHT_CONFIG: 'etc/zw.yaml' });
    const file = { origin: 'file', source: 'etc/zw.yaml' };
    expect(found.get('config')).toMatchObject({ origin: 'environment', source: 'ZONEWRIGHT_CONFIG' });
    expect(found.get('keyDirectory')).toMatchObject({ value: 'etc/k', ...file });
    expect(found.get('policies.default.kskLifetime')).toMatchObject({ value: '365d', ...file });
    expect(found.get('policies.default.zskLifetime')).toEqual({
      key: 'policies.default.zskLifetime',
      value: '90d',
      origin: 'default',
    });
    expect(found.get('zones."example.com".file')).toMatchObject({ value: 'etc/z', ...file });
    expect(found.get('zones."example.com".output')).toMatchObject({
      value: 'etc/z.signed',
      origin: 'default',
    });
    const option = await settings(['-K', 'here', '--config', 'etc/zw.yaml'], {
      ZONEWRIGHT_KEY_DIRECTORY: 'there',
    });
    expect(option.get('keyDirectory')).toMatchObject({
      value: 'here',
      origin: 'option',
      source: '--key-directory',
    });
    const text = await runInProcess(['status', '--show-config', '--config', 'etc/zw.yaml']);
    expect(text.stdout).toContain('smtp://me:***@mail.example:25');
    expect(text.stdout).not.toContain('secret@');
  });
});

test('--show-config has every key of a policy and of a zone that can be configured', async () => {
  workIn({
    '.zonewrightrc.yaml':
      'zones: {example.com: {servers: ["192.0.2.1"], parent: {trustAnchor: anchor, followsCds: true}, registrar: {type: dnsimple, account: 1}}}\n',
  });
  const { stdout } = await runInProcess(['status', '--show-config', '--json']);
  const { settings } = JSON.parse(stdout) as { settings: { key: string; value: string; origin: string }[] };
  const { policy, zone } = configSchema.$defs;
  const missing = [
    ...Object.keys(policy.properties).map((key) => `policies.default.${key}`),
    ...Object.keys(zone.properties).map((key) => `zones."example.com".${key}`),
    ...Object.keys(zone.properties.parent.properties).map((key) => `zones."example.com".parent.${key}`),
  ].filter((key) => !settings.some((setting) => setting.key === key || setting.key.startsWith(`${key}.`)));
  expect(missing).toEqual([]);
  const parts = settings.filter(({ key }) => /\.(?:servers|trustAnchor|followsCds)$/.test(key));
  expect(
    parts.map(({ key, value, origin }) => [key.replace('zones."example.com".', ''), value, origin]),
  ).toEqual([
    ['servers', '192.0.2.1', 'file'],
    ['parent.servers', 'found through the system resolver', 'default'],
    ['parent.trustAnchor', 'anchor', 'file'],
    ['parent.followsCds', 'true', 'file'],
  ]);
});

describe('a plugin that cannot find out anything', () => {
  test.each([
    ['a configuration that is damaged', ['--check'], 'zones: ['],
    [
      'a duration that is none, said once for all zones',
      ['--check', '--warning', 'soon'],
      'zones: {example.com: {}, example.net: {}}',
    ],
    ['no zones', ['--check'], 'zones: {}'],
  ])('%s: UNKNOWN', async (_, args, config) => {
    workIn({ '.zonewrightrc.yaml': config });
    const { status, stdout } = await runInProcess(['status', ...args]);
    expect([status, stdout.split(' - ')[0]]).toEqual([3, 'ZONEWRIGHT UNKNOWN']);
    expect(stdout).not.toMatch(/\d zones: /);
  });
});

test.each([
  [['example.com', '--check', '--json']],
  [['example.com', '--format', 'html', '--json']],
  [['example.com', '--format', 'html', '--history']],
  [['example.com', '--all']],
])('%j makes no sense', async (args) => {
  workIn();
  expect((await runInProcess(['status', ...args])).status).toBe(args.includes('--check') ? 3 : 2);
});

test('nothing is written, and a damaged state is an error of its own', async () => {
  const operation = await enabled();
  const before = operation.files();
  for (const args of [[], ['--json'], ['--history'], ['--format', 'html'], ['--check']])
    await operation.run('status', 'example.com', ...args);
  expect(operation.files()).toEqual(before);
  writeFileSync(STATE, '{');
  expect((await operation.run('status', 'example.com')).status).toBe(3);
  expect(readdirSync('keys').filter((name) => name.endsWith('.lock'))).toEqual([]);
  expect(operation.now).toBeGreaterThan(CLOCK);
});

test.each(['svg', 'html'])(
  'rotate --plan --format %s draws the plan, and changes nothing',
  async (format) => {
    const operation = await enabled();
    const before = operation.files();
    const picture = await operation.rotate('--plan', '--until', '200d', '--start', 'zsk', '--format', format);
    expect(operation.files()).toEqual(before);
    expect(picture).toContain('Plan for example.com.');
    expect(picture).toContain('ZSK +1');
    expect((await operation.run('rotate', 'example.com', '--format', format)).status).toBe(2);
  },
);
