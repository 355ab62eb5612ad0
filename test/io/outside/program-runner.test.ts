import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../../src/io/outside/program-runner.ts';
import { temporaryDirectory } from '../../support/workspace.ts';

/** Runs a shell script; `runProgram` itself knows no shell. */
function run(script: string, timeout = 10): ReturnType<typeof runProgram> {
  return runProgram({ argv: ['/bin/sh', '-c', script], timeout });
}

describe('a program that is run', () => {
  afterEach(() => {
    delete process.env['ZONEWRIGHT_PASSPHRASE'];
  });

  test('gives its status and what it prints', async () => {
    expect(await run('echo out; echo err >&2; exit 7')).toEqual({
      status: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await run('kill -9 $$')).toMatchObject({ status: undefined });
  });

  test('has the variables of this process, and never the passphrases of keys', async () => {
    process.env['ZONEWRIGHT_PASSPHRASE'] = 'correct horse';
    expect((await run('echo "$ZONEWRIGHT_PASSPHRASE:$PATH"')).stdout).toBe(`:${process.env['PATH'] ?? ''}\n`);
  });

  test('need not read its input', async () => {
    const stdin = 'x'.repeat(1 << 20);
    const { stdout } = await runProgram({
      argv: ['/bin/sh', '-c', 'exec <&-; echo done'],
      stdin,
      timeout: 10,
    });
    expect(stdout).toBe('done\n');
  });

  test('may print more than anybody reads', async () => {
    const { status, stdout } = await run('head -c 5000000 /dev/zero');
    expect([status, stdout.length < 2_000_000]).toEqual([0, true]);
  });

  test('may leave something behind that holds its output', async () => {
    const start = Date.now();
    expect(await run('sleep 20 & echo done')).toMatchObject({ status: 0, stdout: 'done\n' });
    expect(Date.now() - start).toBeLessThan(15_000);
  });

  test('that is late ends with its children, even when it does not want to', async () => {
    const file = path.join(temporaryDirectory(), 'pids');
    const script = `trap '' TERM; echo $$ > ${file}; sleep 60 & echo $! >> ${file}; wait; sleep 60`;
    await expect(run(script, 1)).rejects.toMatchObject({ code: 'program/timeout', kind: 'environment' });
    for (const pid of readFileSync(file, 'utf8').trim().split('\n')) {
      const state = (): string => {
        try {
          return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] ?? '';
        } catch {
          return 'gone';
        }
      };
      for (let wait = 0; wait < 100 && state() !== 'gone' && state() !== 'Z'; wait++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(['gone', 'Z']).toContain(state());
    }
  });

  test.each([
    ['is not there', '/nowhere/at/all', 'ENOENT'],
    ['may not be executed', '/etc/passwd', 'EACCES'],
  ])('that %s is an error of the environment', async (_, file, code) => {
    await expect(runProgram({ argv: [file], timeout: 10 })).rejects.toMatchObject({
      code: 'program/not-started',
      message: `${file} cannot be run (${code})`,
    });
  });
});
