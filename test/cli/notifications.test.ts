import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { WebhookReceiver } from '../support/webhook-receiver.ts';
import { runCli, temporaryDirectory } from '../support/workspace.ts';
import { DAY, HOUR, MINUTE, Operation } from './operation.ts';
import { schemaErrors } from './schemas.ts';

const SECRET = 'whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rcyE=';

/** An operation of example.com with targets, as YAML in one line each. */
function operationWith(notify: readonly string[], policy = ''): Operation {
  const operation = new Operation({ files: { 'webhook.secret': `${SECRET}\n` } });
  writeFileSync(
    '.zonewrightrc.yaml',
    [
      `policies: {default: {checkParent: false, ${policy}}}`,
      'zones: {example.com: {file: example.com.zone}}',
      `notify: [${notify.join(', ')}]`,
    ].join('\n'),
  );
  return operation;
}

/** A program of the user. */
function script(name: string, ...lines: readonly string[]): string {
  const file = path.join(temporaryDirectory(), name);
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Makes the first DS due. */
async function untilDs(operation: Operation): Promise<void> {
  await operation.rotate('--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
}

describe('a webhook', () => {
  let receiver: WebhookReceiver;
  let url: string;

  beforeEach(async () => {
    receiver = new WebhookReceiver();
    url = await receiver.start('/hook?token=secret-of-the-url');
  });

  afterEach(() => receiver.stop());

  /** The last post, if the library of Standard Webhooks accepts its signature at this time. */
  function verified(time: number): unknown {
    const { body, headers } = receiver.received.at(-1)!;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(time * 1000);
    try {
      return new Webhook(SECRET).verify(body, headers as Record<string, string>);
    } finally {
      clock.mockRestore();
    }
  }

  test('gets the DS to add in the shape of DNSimple, signed after Standard Webhooks', async () => {
    const operation = operationWith([`{type: webhook, url: "${url}", secretFile: webhook.secret}`]);
    await untilDs(operation);
    const [ksk] = operation.keys('ksk');
    const [tag, algorithm, digestType, digest] = (await operation.succeed('ds', 'example.com'))
      .trim()
      .split(' ')
      .slice(3);
    const now = '2026-11-22T17:00:00Z';
    const record = {
      id: null,
      domain_id: 0,
      keytag: tag,
      algorithm,
      digest_type: digestType,
      digest,
      public_key: ksk!.dnskey.split(' ')[3],
      created_at: null,
      updated_at: null,
    };
    const [post] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect(post).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(verified(operation.now)).toEqual({
      name: 'dnssec.rotation_start',
      api_version: 'v2',
      request_identifier: post!.headers['webhook-id'],
      actor: { id: 'system', entity: 'zonewright', pretty: 'zonewright' },
      account: { id: 0, display: 'zonewright', identifier: 'zonewright' },
      data: {
        zone: {
          id: 0,
          account_id: 0,
          name: 'example.com',
          reverse: false,
          secondary: false,
          active: true,
          last_transferred_at: null,
          created_at: now,
          updated_at: now,
        },
        dnssec: { enabled: true, created_at: now, updated_at: now },
        delegation_signer_record: record,
        delegation_signer_records: [record],
        notBefore: now,
        deadline: '2026-11-29T17:00:00Z',
      },
    });
    expect(() => verified(operation.now + HOUR)).toThrow('too old');
    const clock = jest.spyOn(Date, 'now').mockReturnValue(operation.now * 1000);
    const headers = post!.headers as Record<string, string>;
    expect(() => new Webhook(SECRET).verify(`${post!.body} `, headers)).toThrow('No matching signature');
    clock.mockRestore();
    await operation.addDs();
    expect(verified(operation.now)).toMatchObject({ name: 'dnssec.create' });
    expect(operation.state().outbox).toEqual([]);
  });

  test('that fails is tried again after growing pauses, and the rotation goes on', async () => {
    const operation = operationWith([`{type: webhook, url: "${url}", secretFile: webhook.secret}`]);
    receiver.reactions = Array.from({ length: 20 }, () => 500);
    await untilDs(operation);
    const posts = (): number => receiver.received.length;
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt++) {
      const [delivery] = operation.state().outbox[0]!.deliveries;
      expect(delivery).toMatchObject({ attempts: attempt, error: expect.stringContaining('status 500') });
      const pause = delivery!.nextAttempt! - operation.now;
      pauses.push(pause);
      operation.now += pause - 1;
      await operation.rotate();
      expect(posts()).toBe(attempt);
      operation.now += 1;
      const { status, stderr } = await operation.run('rotate', 'example.com');
      expect([status, stderr]).toEqual([
        0,
        expect.stringContaining('could not be told of dnssec.rotation_start'),
      ]);
    }
    expect(pauses.map((pause) => pause / MINUTE)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
  });

  test('is named without what may be secret in its address; neither that nor its secret is ever shown', async () => {
    const operation = operationWith([`{type: webhook, url: "${url}", secretFile: webhook.secret}`]);
    receiver.reactions = [500, 'die'];
    await untilDs(operation);
    operation.now += DAY;
    const { stdout, stderr } = await operation.run('rotate', 'example.com', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: [
        { message: expect.stringMatching(/^webhook 127\.0\.0\.1:\d+ \([0-9a-f]{8}\) could not be told/) },
      ],
    });
    const everything = stdout + stderr + readFileSync('keys/example.com.state.json', 'utf8');
    expect(everything).not.toContain('secret-of-the-url');
    expect(everything).not.toContain(SECRET.slice(6));
  });

  test.each([
    ['no such file', undefined],
    ['is no base64', 'whsec_***'],
    ['is empty', '\n'],
  ])('whose secret %s gets nothing, and says so', async (_, secret) => {
    const operation = operationWith([`{type: webhook, url: "${url}", secretFile: other.secret}`]);
    if (secret !== undefined) writeFileSync('other.secret', secret);
    await untilDs(operation);
    expect(receiver.received).toEqual([]);
    expect(operation.state().outbox[0]?.deliveries).toMatchObject([{ attempts: 1 }]);
  });

  test('gets nothing from a run under --now, nor from --dry-run and --plan', async () => {
    const operation = operationWith([`{type: webhook, url: "${url}", secretFile: webhook.secret}`]);
    await operation.rotate('--sign');
    await operation.rotate('--sign', '--dry-run');
    await operation.rotate('--plan');
    await operation.rotate('--sign', '--now', '+5h');
    expect(operation.state().outbox).toHaveLength(1);
    expect(receiver.received).toEqual([]);
  });
});

describe('a DS that does not appear at the parent', () => {
  test('is overdue once, after the rotation period', async () => {
    const operation = operationWith([`{type: command, argv: [${script('hook', 'cat >> events')}]}`]);
    await untilDs(operation);
    const told = (): unknown[] =>
      readFileSync('events', 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name);
    operation.now += 7 * DAY - 1;
    await operation.rotate();
    expect(told()).toEqual(['dnssec.rotation_start']);
    operation.now += 1;
    await operation.rotate();
    await operation.pass(10 * DAY, DAY);
    expect(told()).toEqual(['dnssec.rotation_start', 'dnssec.ds_overdue']);
    await operation.addDs();
    expect(told()).toEqual(['dnssec.rotation_start', 'dnssec.ds_overdue', 'dnssec.create']);
  });
});

describe('a command', () => {
  test('gets the event on its standard input and in its environment, without a shell', async () => {
    const hook = script(
      'hook',
      'env | grep ^ZONEWRIGHT_ | sort > variables',
      'cat > event',
      'echo "$@" > arguments',
    );
    const operation = operationWith([`{type: command, argv: [${hook}, "$(touch shell)", "*"]}`]);
    await untilDs(operation);
    const event = JSON.parse(readFileSync('event', 'utf8')) as {
      readonly request_identifier: string;
      readonly data: { readonly delegation_signer_record: Record<string, string> };
    };
    const ds = event.data.delegation_signer_record;
    expect(readFileSync('variables', 'utf8').trim().split('\n')).toEqual([
      `ZONEWRIGHT_ALGORITHM=13`,
      `ZONEWRIGHT_DEADLINE=2026-11-29T17:00:00Z`,
      `ZONEWRIGHT_DIGEST=${ds['digest']}`,
      `ZONEWRIGHT_DIGEST_TYPE=2`,
      `ZONEWRIGHT_DS=example.com. IN DS ${ds['keytag']} 13 2 ${ds['digest']}`,
      `ZONEWRIGHT_EVENT=dnssec.rotation_start`,
      `ZONEWRIGHT_EVENT_ID=${event.request_identifier}`,
      `ZONEWRIGHT_EVENT_TIME=2026-11-22T17:00:00Z`,
      `ZONEWRIGHT_KEYTAG=${ds['keytag']}`,
      `ZONEWRIGHT_NOT_BEFORE=2026-11-22T17:00:00Z`,
      `ZONEWRIGHT_PUBLIC_KEY=${ds['public_key']}`,
      `ZONEWRIGHT_ZONE=example.com`,
    ]);
    expect(readFileSync('arguments', 'utf8')).toBe('$(touch shell) *\n');
    expect(existsSync('shell')).toBe(false);
  });

  test.each([
    ['fails', ['echo first >&2', 'echo "no way" >&2', 'exit 3'], 'ended with status 3: no way'],
    ['hangs, with a child', ['sleep 60 & sleep 60'], 'has not ended within 1 s'],
  ])('that %s is tried again', async (_, lines, problem) => {
    const operation = operationWith([`{type: command, argv: [${script('hook', ...lines)}], timeout: 1s}`]);
    await operation.rotate('--sign');
    operation.now += 5 * HOUR;
    const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
    expect([status, stderr]).toEqual([0, expect.stringContaining(problem)]);
    expect(operation.state().outbox).toMatchObject([
      { deliveries: [{ attempts: 1, error: expect.any(String) }] },
    ]);
  });

  test('that is not there is no reason to stop', async () => {
    const operation = operationWith(['{type: command, argv: [./nowhere]}']);
    await untilDs(operation);
    expect(operation.state().outbox[0]?.deliveries[0]?.error).toBe('./nowhere cannot be run (ENOENT)');
  });

  test('during which the program is killed gets the event again, under the same identifier', async () => {
    const hook = script(
      'hook',
      'echo "$ZONEWRIGHT_EVENT_ID" >> ids',
      '[ -e killed ] || { touch killed; kill -9 $PPID; }',
    );
    const operation = operationWith([
      `{type: command, argv: [${hook}], events: [dnssec.zsk_rotation_start]}`,
    ]);
    operation.now = Math.floor(Date.now() / 1000) - 40 * DAY;
    await operation.enable();
    const cwd = operation.directory;
    const killed = await runCli(['rotate', 'example.com', '--start', 'zsk'], { cwd });
    expect(killed.status).toBe(null);
    expect((await runCli(['rotate', 'example.com'], { cwd })).status).toBe(0);
    const ids = readFileSync('ids', 'utf8').trim().split('\n');
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(operation.state().outbox).toEqual([]);
  });

  test('that left the configuration is waited for, and then given up', async () => {
    const operation = operationWith(['{type: command, argv: [./nowhere]}']);
    await untilDs(operation);
    writeFileSync('.zonewrightrc.yaml', 'zones: {example.com: {file: example.com.zone}}\n');
    operation.now += DAY;
    const { stderr } = await operation.run('rotate', 'example.com');
    expect(stderr).toContain('the configuration has no such target');
    expect(operation.state().outbox).toHaveLength(1);
    operation.now += 30 * DAY;
    await operation.rotate();
    expect(operation.state().outbox).toEqual([]);
  });
});

describe('--notify-test', () => {
  const receiver = new WebhookReceiver();
  let url: string;

  beforeAll(async () => {
    url = await receiver.start();
  });

  afterAll(() => receiver.stop());

  test('sends a test event to every target, and says what became of it', async () => {
    const hook = script('hook', 'cat > event');
    const operation = operationWith([
      `{type: webhook, url: "${url}", secretFile: webhook.secret, name: ops}`,
      `{type: command, argv: [${hook}], events: []}`,
    ]);
    const good = await operation.run('rotate', '--notify-test');
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/^ops: delivered\ncommand .*hook: delivered\n$/);
    expect(JSON.parse(readFileSync('event', 'utf8'))).toMatchObject({
      name: 'dnssec.test',
      data: { zone: { name: 'example.com' } },
    });
    receiver.reactions = [500];
    const bad = await operation.run('rotate', '--notify-test', '--json');
    const document = JSON.parse(bad.stdout) as Record<string, unknown>;
    expect(bad.status).toBe(4);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({ targets: [{ target: 'ops', delivered: false }, { delivered: true }] });
    expect(existsSync('keys')).toBe(false);
  });

  test('warns where nobody is to be told', async () => {
    const { status, stderr } = await operationWith([]).run('rotate', '--notify-test');
    expect([status, stderr]).toEqual([0, expect.stringContaining('nobody is notified')]);
  });
});

test('two targets of one name are refused', async () => {
  const operation = operationWith(['{type: command, argv: [./hook]}', '{type: command, argv: [./hook]}']);
  expect(await operation.run('rotate', 'example.com')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('two targets of notify are called "command ./hook"'),
  });
});
