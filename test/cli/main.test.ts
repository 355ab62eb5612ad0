import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { environmentError } from '../../src/errors.ts';
import { runCli } from '../support/workspace.ts';
import { runForJson, runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const program = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('help', () => {
  test.each(['keygen', 'sign', 'ds', 'verify'])(
    '%s --help has its examples and the global options',
    async (name) => {
      const { status, stdout, stderr } = await runInProcess([name, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: zonewright ${name}`);
      expect(stdout).toContain(`Examples:\n  `);
      expect(stdout).toContain(`zonewright ${name} `);
      expect(stdout).toContain('--key-directory <DIR>');
      expect(stderr).toBe('');
    },
  );

  test('names the commands', async () => {
    const { status, stdout } = await runInProcess(['--help']);
    expect(status).toBe(0);
    for (const name of ['keygen', 'sign', 'ds', 'verify'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('of a command, with "help" in front of it', async () => {
    expect((await runInProcess(['help', 'ds'])).stdout).toBe((await runInProcess(['ds', '--help'])).stdout);
  });

  test('--version', async () => {
    expect(await runInProcess(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a command line that makes no sense', () => {
  test.each([
    [['sgin'], 'unknown command "sgin"', 'did you mean sign?'],
    [['version'], 'unknown command "version"', 'did you mean --version?'],
    [['help', 'sgin'], 'unknown command "sgin"', 'did you mean sign?'],
    [['ds', '--formt', 'csv', 'x'], 'unknown option "--formt"', 'did you mean --format?'],
    [['ds', 'x', '--format', 'xml'], '--format', undefined],
    [['ds'], 'missing required argument "SOURCE"', 'zonewright ds --help'],
    [['ds', 'x', '--ttl'], 'argument missing', undefined],
    [[], 'no command is given', 'zonewright --help'],
    [['ds', 'x', '--now', 'yesterday'], '--now: "yesterday" is no time', undefined],
    [['sign', '--nsek3'], 'unknown option "--nsek3"', 'did you mean --nsec3?'],
    [['sign', '--quux'], 'unknown option "--quux"', 'zonewright sign --help'],
    [['sign', 'x', '--validity', 'long'], '--validity: "long" is no duration', undefined],
    [['sign', 'x', '--max-ttl', '1x'], '--max-ttl: "1x" is no duration', undefined],
    [['rotate', 'x', '--plan', '--until', 'soon'], '--until: "soon" is no duration', undefined],
  ] as const)('%j', async (args, message, hint) => {
    const { status, stdout, stderr } = await runInProcess(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    const [first, second, ...rest] = stderr.trimEnd().split('\n');
    expect(first).toMatch(/^zonewright: /);
    expect(first).toContain(message);
    if (hint !== undefined) expect(second).toContain(`  hint: ${hint}`);
    expect(rest).toEqual([]);
  });

  test('with --json the error is an object as well', async () => {
    workIn();
    const { status, document, stderr } = await runForJson(['ds', 'x', '--formt', 'csv']);
    expect(status).toBe(2);
    expect(document).toEqual({
      schema: 'zonewright/error/v1',
      error: {
        code: 'usage/unknown-option',
        message: 'unknown option "--formt"',
        hint: 'did you mean --format?',
      },
    });
    expect(stderr).toMatch(/^zonewright: unknown option/);
  });
});

describe('failures', () => {
  test('name file, line and column, and every error of a zone file', async () => {
    workIn({ 'bad.zone': `${SMALL_ZONE}x A 300.1.1.1\ny AAAA ::g\n` });
    const { status, stderr } = await runInProcess(['sign', 'bad.zone']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^zonewright: bad\.zone:7:5: .*\n(.*hint.*\n)?zonewright: bad\.zone:8:8: /);
  });

  test('as JSON name file, line and column as well', async () => {
    workIn({ 'bad.zone': `${SMALL_ZONE}x A 300.1.1.1\ny AAAA ::g\n` });
    const { document } = await runForJson(['sign', 'bad.zone']);
    expect(document).toMatchObject({
      schema: 'zonewright/error/v1',
      error: { file: 'bad.zone', line: 7, column: 5, further: [{ file: 'bad.zone', line: 8, column: 8 }] },
    });
  });

  test('of input and output have exit status 4', async () => {
    workIn();
    const { status, stderr } = await runInProcess(['sign', 'missing.zone']);
    expect(status).toBe(4);
    expect(stderr).toBe(
      `zonewright: missing.zone: there is no such file or directory\n  hint: check the name; the working directory is ${process.cwd()}\n`,
    );
  });

  test.each([
    ['ENOSPC', 'no space is left on the device'],
    ['EXYZ', 'the operation failed (EXYZ)'],
  ])('of the system, such as %s, are environment errors', async (code, message) => {
    const error = Object.assign(new Error(code), { code, path: '/some/where' });
    const { status, stderr } = await runInProcess(['ds', '-'], {
      io: { readStdin: () => Promise.reject(error) },
    });
    expect(status).toBe(4);
    expect(stderr).toBe(`zonewright: /some/where: ${message}\n`);
  });

  const defect = { io: { readStdin: () => Promise.reject(new TypeError('x is not a function')) } };

  test('that nobody thought of are our bug', async () => {
    const { status, stderr } = await runInProcess(['ds', '-'], defect);
    expect(status).toBe(70);
    expect(stderr).toMatch(
      /^zonewright: internal error: x is not a function\n {2}hint: this is a bug of zonewright: please report/,
    );
    expect(stderr).not.toContain('    at ');
  });

  test('have a stack trace only under ZONEWRIGHT_DEBUG=1', async () => {
    const { stderr } = await runInProcess(['ds', '-'], { ...defect, variables: { ZONEWRIGHT_DEBUG: '1' } });
    expect(stderr).toContain('TypeError: x is not a function\n    at ');
  });

  test('to write standard output are environment errors, with --json too', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    await runInProcess(['keygen', 'example.com']);
    const write = (): Promise<void> => Promise.reject(environmentError('output/failed', 'no space'));
    for (const args of [['ds', 'example.com'], ['ds', 'example.com', '--json'], ['--help']]) {
      const { status, stderr } = await runInProcess(args, { io: { stdout: { isTerminal: false, write } } });
      expect([status, stderr]).toEqual([4, 'zonewright: no space\n']);
    }
  });
});

describe('the program', () => {
  test('runs', async () => {
    expect(await runCli(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await runCli(['sgin'])).status).toBe(2);
  });

  test('does not mind when nobody reads its output', async () => {
    workIn({ 'example.com.zone': `${SMALL_ZONE}$GENERATE 1-5000 host$ A 192.0.2.1\n` });
    await runInProcess(['keygen', 'example.com']);
    const child = spawn(process.execPath, [program, 'sign', '-o', '-', 'example.com.zone'], {
      stdio: 'pipe',
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(0);
    expect(stderr).toMatch(/^example\.com\. signed into standard output/);
  });

  test('tells that its output has no space', async () => {
    workIn();
    await runInProcess(['keygen', 'example.com']);
    const child = spawn(process.execPath, [program, 'ds', 'example.com'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(4);
    expect(stderr).toMatch(/^zonewright: standard output cannot be written: ENOSPC/);
  });

  test('reads standard input', async () => {
    const { status, stderr } = await runCli(['ds', '-'], { stdin: 'www.example.com. 60 IN A 192.0.2.1\n' });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^zonewright: <stdin>: there is no DNSKEY record here\n/);
  });

  test('puts no colour into a pipe', async () => {
    const { stderr } = await runCli(['sgin'], { env: { NO_COLOR: undefined, FORCE_COLOR: '3' } });
    expect(stderr).not.toContain('\u001b');
  });
});
