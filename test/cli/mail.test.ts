import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { HOUR, Operation } from './operation.ts';

const PASSWORD = 'pass word/of:the-mail server';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly text: string;
}

/** A mail server on loopback that keeps what it takes. */
class MailServer {
  readonly mails: Received[] = [];
  /** SMTP status codes for the next mails; the others are taken. */
  refusals: number[] = [];
  readonly #server: SMTPServer;

  constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      hideSTARTTLS: true,
      onAuth: ({ username, password }, _, callback) => {
        if (username === 'zonewright' && password === PASSWORD) callback(null, { user: username });
        else callback(new Error(`wrong password ${password ?? ''} of ${username ?? ''}`));
      },
      onData: (stream, { envelope, user }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          this.mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            user: user === undefined ? undefined : String(user),
            text: Buffer.concat(chunks).toString(),
          });
          const responseCode = this.refusals.shift();
          callback(responseCode === undefined ? null : Object.assign(new Error('not now'), { responseCode }));
        });
      },
    });
  }

  async start(): Promise<number> {
    const server = this.#server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (this.#server.server.listening) await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

function operationWith(target: string): Operation {
  const operation = new Operation({ files: { password: `${PASSWORD}\n` } });
  writeFileSync(
    '.zonewrightrc.yaml',
    [
      'policies: {default: {checkParent: false, dsDigests: [sha256, sha384]}}',
      'zones: {example.com: {file: example.com.zone}}',
      `notify: [{type: email, to: "hostmaster@example.com, second@example.com", from: dns@example.com, ${target}}]`,
    ].join('\n'),
  );
  return operation;
}

async function untilDs(operation: Operation): Promise<void> {
  await operation.rotate('--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
}

/** The text of a mail in quoted-printable (RFC 2045 section 6.7), of which ours has ASCII only. */
function bodyOf(mail: string): string {
  const text = mail.replaceAll('\r\n', '\n');
  const body = text.slice(text.indexOf('\n\n') + 2);
  if (!/^Content-Transfer-Encoding: quoted-printable$/im.test(text)) return body;
  return body
    .replaceAll('=\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** What a mail must have of the DS: the fields of a form, the records, the command. */
async function expectWholeMail(mail: string, operation: Operation): Promise<void> {
  const body = bodyOf(mail);
  const [ksk] = operation.keys('ksk');
  expect(mail).toMatch(/^Subject: \[zonewright\] example\.com: add a DS record\r?$/m);
  expect(body).toContain('Not before: 2026-11-22T17:00:00Z\nDeadline:   2026-11-29T17:00:00Z\n');
  expect(body).toContain(await operation.succeed('ds', 'example.com', '--format', 'registrar'));
  expect(body).toContain(`As a record:\n\n${await operation.succeed('ds', 'example.com')}`);
  expect(body).toContain(`\nzonewright rotate example.com --ds-published ${ksk!.keyTag}\n`);
}

describe('a mail through a server', () => {
  let server: MailServer;
  let port: number;

  beforeEach(async () => {
    server = new MailServer();
    port = await server.start();
  });

  afterEach(() => server.stop());

  test('has the DS as fields, as records and with the command that confirms it', async () => {
    const operation = operationWith(`smtp: "smtp://127.0.0.1:${port}"`);
    await untilDs(operation);
    expect(server.mails).toMatchObject([
      { from: 'dns@example.com', to: ['hostmaster@example.com', 'second@example.com'], user: undefined },
    ]);
    await expectWholeMail(server.mails[0]!.text, operation);
    const command = /^zonewright (rotate .*)$/m.exec(bodyOf(server.mails[0]!.text))![1]!;
    await operation.succeed(...command.split(' '));
    expect(operation.state().rollovers).toEqual([]);
    expect(bodyOf(server.mails[1]!.text)).toContain('There is nothing to do.');
    expect(operation.state().outbox).toEqual([]);
  });

  test('that is refused for now comes again, under the same Message-ID', async () => {
    const operation = operationWith(`smtp: "smtp://127.0.0.1:${port}"`);
    server.refusals = [451, 552];
    await untilDs(operation);
    const [{ id, deliveries } = { id: '', deliveries: [] }] = operation.state().outbox;
    expect(deliveries[0]?.error).toBe('the mail server 127.0.0.1 does not take it (EMESSAGE 451)');
    for (let run = 0; run < 2; run++) {
      operation.now += HOUR;
      await operation.run('rotate', 'example.com');
    }
    const ids = server.mails.map(({ text }) => /^Message-ID: (.*?)\r?$/m.exec(text)?.[1]);
    expect(ids).toEqual(Array.from({ length: 3 }, () => `<${id}@example.com>`));
    expect(operation.state().outbox).toEqual([]);
  });

  test('may want a password, which is never shown', async () => {
    const operation = operationWith(`smtp: "smtp://zonewright@127.0.0.1:${port}", passwordFile: password`);
    const good = await operation.run('rotate', '--notify-test');
    expect([good.status, server.mails]).toMatchObject([0, [{ user: 'zonewright' }]]);
    writeFileSync('password', 'another-secret');
    const bad = await operation.run('rotate', '--notify-test', '--json');
    expect([bad.status, bad.stdout]).toEqual([4, expect.stringContaining('EAUTH 535')]);
    expect(bad.stdout + bad.stderr).not.toContain('another-secret');
  });

  test('waits for a server that says nothing no longer than it may', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port: silence } = silent.address() as AddressInfo;
    const operation = operationWith(`smtp: "smtp://127.0.0.1:${silence}", timeout: 1s`);
    const { status, stdout } = await operation.run('rotate', '--notify-test');
    silent.close();
    expect([status, stdout]).toEqual([4, expect.stringMatching(/has not taken it within 1 s|ETIMEDOUT/)]);
  });

  test('cannot go to a server that is down', async () => {
    await server.stop();
    const operation = operationWith(`smtp: "smtp://127.0.0.1:${port}"`);
    const { status, stdout } = await operation.run('rotate', '--notify-test');
    expect([status, stdout]).toEqual([4, expect.stringContaining('ESOCKET')]);
  });
});

describe('a mail through a program like sendmail', () => {
  function sendmail(...lines: readonly string[]): string {
    writeFileSync('sendmail', `#!/bin/sh\n${lines.join('\n')}\n`);
    chmodSync('sendmail', 0o755);
    return path.resolve('sendmail');
  }

  test('is the same mail', async () => {
    const operation = operationWith('sendmail: ./sendmail');
    sendmail('echo "$@" > arguments', 'cat > mail');
    await untilDs(operation);
    expect(readFileSync('arguments', 'utf8')).toBe(
      '-i -f dns@example.com -- hostmaster@example.com second@example.com\n',
    );
    const mail = readFileSync('mail', 'utf8');
    expect(mail).not.toContain('\r');
    await expectWholeMail(mail, operation);
  });

  test.each([
    [['echo "queue is full" >&2', 'exit 75'], 'ended with status 75: queue is full'],
    [['sleep 30'], 'has not ended within 1 s'],
  ])('that does %j is tried again', async (lines, problem) => {
    const operation = operationWith('sendmail: ./sendmail, timeout: 1s');
    sendmail(...lines);
    await untilDs(operation);
    expect(operation.state().outbox[0]?.deliveries[0]?.error).toContain(problem);
  });
});
