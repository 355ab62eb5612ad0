import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { guardedSuite } from '../support/guarded-suite.ts';
import type { Registrar } from '../support/guarded-suite.ts';
import { peer, runPeer } from '../support/peers.ts';
import { runProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/workspace.ts';

describe('a suite that needs something from outside', () => {
  function register(missing: readonly string[], underCi: boolean) {
    const entries: { kind: string; title: string; body?: () => void }[] = [];
    const registrar: Registrar = {
      describe: (title, body) => {
        entries.push({ kind: 'describe', title });
        body();
      },
      test: (title, body) => entries.push({ kind: 'test', title, body }),
      skip: (title) => entries.push({ kind: 'skip', title }),
    };
    const body = () => registrar.test('its own test', () => undefined);
    guardedSuite(
      { title: 'suite', missing, remedy: 'run scripts/install-peers.sh', body },
      underCi,
      registrar,
    );
    return entries;
  }

  test.each([true, false])('runs when nothing is missing (CI: %s)', (underCi) => {
    expect(register([], underCi).map((entry) => entry.title)).toEqual(['suite', 'its own test']);
  });

  test('fails under CI when something is missing', () => {
    const [, only, ...rest] = register(['kzonesign', 'validns'], true);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ kind: 'test' });
    expect(only!.body).toThrow('MISSING kzonesign, validns: run scripts/install-peers.sh');
  });

  test('is skipped loudly elsewhere', () => {
    expect(register(['validns'], false)).toEqual([
      { kind: 'describe', title: 'suite' },
      { kind: 'skip', title: 'MISSING validns: run scripts/install-peers.sh' },
    ]);
  });
});

describe('peers', () => {
  test('a program that is not installed is undefined and cannot be run', async () => {
    expect(peer('no-such-program-anywhere')).toBeUndefined();
    await expect(runPeer('no-such-program-anywhere', [])).rejects.toThrow('scripts/install-peers.sh');
  });

  test('a program is found by its name', async () => {
    expect(peer('sh')).toMatch(/\/sh$/);
    expect(await runPeer('sh', ['-c', 'exit 3'])).toEqual({ status: 3, stdout: '', stderr: '' });
  });
});

describe('runProcess', () => {
  const node = (source: string) => ['--input-type=module', '--eval', source];

  test('gives input, folder and environment, and both outputs', async () => {
    const cwd = temporaryDirectory();
    const source = `
      process.stdout.write(process.cwd() + ' ' + process.env.TZ + ' ' + process.env.WORD + ' ');
      process.stdin.pipe(process.stdout);
      process.stderr.write('noise');`;
    expect(
      await runProcess(process.execPath, node(source), { cwd, env: { WORD: 'word' }, stdin: 'päivää' }),
    ).toEqual({ status: 0, stdout: `${cwd} UTC word päivää`, stderr: 'noise' });
  });

  test('a large input that nobody reads does no harm', async () => {
    const stdin = new Uint8Array(1 << 22);
    expect((await runProcess(process.execPath, node('process.exit(4)'), { stdin })).status).toBe(4);
  });

  test('kills what hangs', async () => {
    const hang = runProcess(process.execPath, node('setInterval(() => {}, 1000)'), { timeout: 300 });
    await expect(hang).rejects.toThrow('no end after 300 ms');
  });

  test('a program that does not exist is an error', async () => {
    await expect(runProcess('/no/such/program', [])).rejects.toThrow('ENOENT');
  });
});

describe('temporaryDirectory', () => {
  let shared = '';
  let own = '';

  beforeAll(() => {
    shared = temporaryDirectory();
    writeFileSync(path.join(shared, 'file'), 'kept');
  });

  test('is there during the test', () => {
    own = temporaryDirectory();
    expect(existsSync(own)).toBe(true);
  });

  test('is gone after the test that made it, and stays for the file when beforeAll made it', () => {
    expect(existsSync(own)).toBe(false);
    expect(readFileSync(path.join(shared, 'file'), 'utf8')).toBe('kept');
  });

  afterAll(() => {
    expect(existsSync(shared)).toBe(true);
  });
});
