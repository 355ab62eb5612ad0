import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR, Operation, SIGNED } from './operation.ts';

let operation: Operation;

/** What the program is told, one line a run. */
function runs(): string[] {
  return existsSync('runs') ? readFileSync('runs', 'utf8').trim().split('\n') : [];
}

beforeEach(() => {
  operation = new Operation();
  writeFileSync(
    '.zonewrightrc.yaml',
    [
      'policies: {default: {checkParent: false, publishedWhen: afterSign}}',
      'zones: {example.com: {file: example.com.zone}}',
      'afterSign: [./reload, "{zone}", "zone={zone};touch shell"]',
    ].join('\n'),
  );
  const lines = [
    '#!/bin/sh',
    'echo "$*, $ZONEWRIGHT_ZONE, $ZONEWRIGHT_OUTPUT, $ZONEWRIGHT_SERIAL" >> runs',
    '[ -e down ] || exit 0',
    'echo "cannot connect" >&2',
    'exit 1',
  ];
  writeFileSync('reload', `${lines.join('\n')}\n`);
  chmodSync('reload', 0o755);
});

describe('afterSign without a rotation state', () => {
  beforeEach(() => operation.succeed('keygen', 'example.com'));

  test('runs once the output is in place, without a shell, and only where it changed', async () => {
    await operation.sign();
    expect(runs()).toEqual([
      `example.com zone=example.com;touch shell, example.com, ${SIGNED}, ${operation.now}`,
    ]);
    await operation.sign();
    await operation.sign('--full', '--check').catch(() => undefined);
    await operation.sign('-o', '-');
    await operation.succeed('sign', '--all', '--check');
    expect(runs()).toHaveLength(1);
    expect(existsSync('shell')).toBe(false);
  });

  test('that fails is told, with exit status 4, and the zone file stays', async () => {
    writeFileSync('down', '');
    const { status, stdout, stderr } = await operation.run('sign', '--all', '--json');
    expect(status).toBe(4);
    expect(stderr).toContain('is written but not served: ./reload ended with status 1: cannot connect');
    expect(JSON.parse(stdout)).toMatchObject({
      zones: [{ zone: 'example.com.', changed: true }],
      warnings: [{ message: expect.stringContaining('not served') }],
    });
    expect(operation.count('SOA')).toBe(1);
  });

  test('that cannot be run is told, too', async () => {
    rmSync('reload');
    expect(await operation.run('sign', '--all')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('./reload cannot be run (ENOENT)'),
    });
  });
});

describe('afterSign under a rotation state', () => {
  test('is what publishes; while it fails, the version counts as written but not served', async () => {
    writeFileSync('down', '');
    const first = await operation.run('rotate', 'example.com', '--sign');
    expect([first.status, first.stderr]).toEqual([4, expect.stringContaining('not served')]);
    expect(operation.state().lastError).toMatchObject({ command: 'afterSign', code: 'sign/not-served' });
    operation.now += 10 * HOUR;
    expect((await operation.run('rotate', 'example.com', '--sign')).status).toBe(4);
    expect(runs()).toHaveLength(2);
    expect(operation.state().wantedDs).toEqual([]);
    rmSync('down');
    await operation.rotate('--sign');
    expect(runs()).toHaveLength(3);
    expect(operation.state().lastError).toBeUndefined();
    // Only now does the wait for the caches begin.
    operation.now += 5 * HOUR - 1;
    await operation.rotate('--sign');
    expect(operation.state().wantedDs).toEqual([]);
    operation.now += 1;
    await operation.rotate('--sign');
    expect(operation.state().wantedDs).toHaveLength(1);
  });

  test('runs again after an edit, and not without one', async () => {
    await operation.rotate('--sign');
    await operation.rotate('--sign');
    expect(runs()).toHaveLength(1);
    appendFileSync('example.com.zone', 'new A 192.0.2.9\n');
    operation.now += 60;
    await operation.rotate('--sign');
    expect(runs()).toHaveLength(2);
  });
});
