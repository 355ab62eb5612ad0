import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { plainKeysInRepository } from '../../src/commands/key-files.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { runInProcess, type InProcessOptions, type InProcessResult } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const RIGHT = { variables: { ZONEWRIGHT_PASSPHRASE: 'open sesame' } };
const ZONE = 'example.com.zone';

/** Everything in the directory but the state, in which failures are noted: to be compared before and after. */
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync('.', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.includes('.state.json'))
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .map((file) => [file, readFileSync(file, 'latin1')]),
  );

const privateFiles = (): string[] => readdirSync('keys').filter((name) => name.endsWith('.private'));
const isEncrypted = (name: string): boolean =>
  readFileSync(`keys/${name}`, 'utf8').includes('-----BEGIN ENCRYPTED PRIVATE KEY-----');

async function succeed(args: readonly string[], options: InProcessOptions = RIGHT): Promise<InProcessResult> {
  const result = await runInProcess(args, options);
  expect([args, result.status, result.stderr.replace(/.*signed into[^]*/, '')]).toEqual([args, 0, '']);
  return result;
}

beforeEach(() => {
  workIn({ [ZONE]: SMALL_ZONE });
});

describe('private keys under a passphrase', () => {
  test('are made, sign, and are followed by encrypted ones', async () => {
    await succeed(['keygen', 'example.com', '--encrypt']);
    expect(privateFiles().map(isEncrypted)).toEqual([true, true]);
    await succeed(['sign', ZONE]);
    await succeed(['verify', `${ZONE}.signed`], {});
    await succeed(['rotate', 'example.com']);
    await succeed(['rotate', 'example.com', '--start', 'zsk']);
    expect(privateFiles().map(isEncrypted)).toEqual([true, true, true]);
    await succeed(['keygen', 'example.com', '--role', 'zsk', '--plain', '--spare'], {});
    expect(privateFiles().map(isEncrypted).filter(Boolean)).toHaveLength(3);
  });

  test('keep their times, which --settime changes without the passphrase', async () => {
    const { stdout } = await succeed(['keygen', 'example.com', '--role', 'zsk', '--encrypt']);
    const base = stdout.trim();
    const pem = (): string => /-----BEGIN[^]*/.exec(readFileSync(`keys/${base}.private`, 'utf8'))![0];
    const before = pem();
    await succeed(['keygen', '--settime', base, '--inactive', '+30d'], {});
    expect(pem()).toBe(before);
    expect(readFileSync(`keys/${base}.private`, 'utf8')).toContain('Inactive: 20261222120000');
  });

  test('go under another passphrase and back to plain, to the octet', async () => {
    const { stdout } = await succeed(['keygen', 'example.com', '--role', 'zsk']);
    const file = `keys/${stdout.trim()}.private`;
    const plain = readFileSync(file, 'utf8');
    await succeed(['keygen', '--encrypt', file]);
    // As git leaves it.
    chmodSync(file, 0o644);
    writeFileSync('new', 'another sesame 4711\n', { mode: 0o600 });
    await succeed(['keygen', '--encrypt', file, '--new-passphrase-file', 'new']);
    expect((await runInProcess(['keygen', '--plain', file], RIGHT)).status).toBe(3);
    await succeed(['keygen', '--plain', file, '--passphrase-file', 'new'], {});
    expect(readFileSync(file, 'utf8')).toBe(plain);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('what OpenSSL encrypted takes the place of the block in the file', async () => {
    const { stdout } = await succeed(['keygen', 'example.com', '--role', 'csk', '--encrypt']);
    const file = `keys/${stdout.trim()}.private`;
    const text = readFileSync(file, 'utf8');
    const args = ['pkcs8', '-passin', 'pass:open sesame', '-passout', 'pass:sesame openssl 23'];
    const plain = execFileSync('openssl', args, { input: text });
    const theirs = execFileSync('openssl', [...args, '-topk8', '-scrypt'], { input: plain }).toString();
    writeFileSync(file, text.replace(/-----BEGIN[^]*/, theirs));
    await succeed(['sign', ZONE], { variables: { ZONEWRIGHT_PASSPHRASE: 'sesame openssl 23' } });
  });

  test.each([
    ['no passphrase', {}, 'no passphrase was given'],
    ['a wrong one', { ZONEWRIGHT_PASSPHRASE: 'open barley' }, 'does not open this private key'],
    ['an empty file', { ZONEWRIGHT_PASSPHRASE_FILE: '/dev/null' }, 'the passphrase is empty'],
  ])('%s: a clear error, and nothing is changed', async (_, variables, message) => {
    await succeed(['keygen', 'example.com', '--encrypt']);
    await succeed(['sign', ZONE]);
    await succeed(['rotate', 'example.com']);
    writeFileSync(ZONE, `${SMALL_ZONE}new A 192.0.2.9\n`);
    const before = contents();
    for (const args of [
      ['sign', ZONE],
      ['keygen', 'example.com', '--role', 'zsk'],
      ['keygen', '--plain', `keys/${privateFiles()[0]!}`],
      ['keygen', '--export', 'pem', `keys/${privateFiles()[0]!}`],
    ]) {
      const { status, stdout, stderr } = await runInProcess(args, { variables });
      expect([args, status, stdout, stderr]).toEqual([args, 3, '', expect.stringContaining(message)]);
    }
    expect(contents()).toEqual(before);
  });

  test('a damaged block is an error that names the file', async () => {
    const { stdout } = await succeed(['keygen', 'example.com', '--role', 'csk', '--encrypt']);
    const file = `keys/${stdout.trim()}.private`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('ENCRYPTED PRIVATE', 'ENCRYPTED'));
    const { status, stderr } = await runInProcess(['sign', ZONE], RIGHT);
    expect([status, stderr]).toEqual([3, expect.stringContaining(file)]);
  });
});

describe('the passphrase', () => {
  beforeEach(async () => {
    await succeed(['keygen', 'example.com', '--encrypt', '--role', 'csk']);
    writeFileSync('secret file', 'open sesame\r\nand more\n', { mode: 0o600 });
    writeFileSync('wrong', 'open barley\n', { mode: 0o600 });
  });

  test.each([
    [['--passphrase-file', 'secret file'], {}],
    [['--passphrase-command', `cat "secret file"`], { ZONEWRIGHT_PASSPHRASE: 'open barley' }],
    [['--passphrase-command', `printf 'open%s' ' sesame'`], {}],
    [[], { ZONEWRIGHT_PASSPHRASE_COMMAND: `cat 'secret file'` }],
    [[], { ZONEWRIGHT_PASSPHRASE_FILE: 'secret file', ZONEWRIGHT_PASSPHRASE: 'open barley' }],
  ])('comes from %j and %j', async (args, variables) => {
    await succeed(['sign', ZONE, ...args], { variables });
  });

  test('no shell reads the command', async () => {
    const args = ['sign', ZONE, '--passphrase-command', 'cat $HOME/secret; touch intruder'];
    expect((await runInProcess(args)).status).toBe(4);
    expect(readdirSync('.')).not.toContain('intruder');
  });

  test('is asked for at the terminal, once for all keys and twice for new ones', async () => {
    const prompts: string[] = [];
    const answers = ['open sesame', 'open sesame', 'open barley'];
    const askSecret = async (prompt: string): Promise<string> => {
      prompts.push(prompt);
      return answers[prompts.length - 1]!;
    };
    await succeed(['sign', ZONE], { io: { askSecret } });
    expect(prompts).toHaveLength(1);
    const { status, stderr } = await runInProcess(['keygen', 'x.example', '--encrypt'], {
      io: { askSecret },
    });
    expect([status, prompts.length]).toEqual([2, 3]);
    expect(stderr).toContain('not the same');
  });

  test('in a file that others may read draws a warning', async () => {
    chmodSync('secret file', 0o644);
    const { status, stderr } = await runInProcess(['sign', ZONE, '--passphrase-file', 'secret file']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('chmod 600')]);
  });

  test.each([
    [['--passphrase-file', 'a', '--passphrase-command', 'b'], 'exclude each other'],
    [['--encrypt', '--plain'], 'exclude each other'],
    [['--new-passphrase-file', 'wrong'], 'leave --new-passphrase-file out'],
  ])('%j is a mistake', async (args, message) => {
    const { status, stderr } = await runInProcess(['keygen', 'x.example', ...args]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('plain keys', () => {
  test('that others may read draw a warning with the command to type', async () => {
    const { stdout } = await succeed(['keygen', 'example.com', '--role', 'csk']);
    const file = `keys/${stdout.trim()}.private`;
    chmodSync(file, 0o640);
    const { status, stderr } = await runInProcess(['sign', ZONE]);
    expect(status).toBe(0);
    expect(stderr).toContain(`chmod 600 ${file}`);
    cpSync('keys', 'my keys', { recursive: true });
    const elsewhere = await runInProcess(['sign', ZONE, '-K', 'my keys', '--full']);
    expect(elsewhere.stderr).toContain(`chmod 600 'my ${file}'`);
    await succeed(['keygen', '--encrypt', file]);
    chmodSync(file, 0o640);
    await succeed(['sign', ZONE, '--full']);
  });

  test('in a repository are found, encrypted ones and those elsewhere are not', async () => {
    const { stdout } = await succeed(['keygen', 'example.com']);
    const [first, second] = stdout.trim().split('\n');
    const found = (): Promise<readonly string[]> =>
      plainKeysInRepository('keys', nameFromText('example.com'), { files: fileStore });
    expect(await found()).toEqual([]);
    mkdirSync('.git');
    await succeed(['keygen', '--encrypt', `keys/${first!}`]);
    expect(await found()).toEqual([`${second!}.private`]);
  });
});
