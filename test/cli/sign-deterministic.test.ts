import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { runCli } from '../support/workspace.ts';
import { runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

/** More RRsets than one thread signs alone. */
const LARGE_ZONE =
  SMALL_ZONE + Array.from({ length: 900 }, (_, i) => `host${i} A 192.0.2.1`).join('\n') + '\n';
const NOW = '2026-11-22T12:00:00Z';

test.each(['8', '10', '13', '14', '15', '16'])(
  'algorithm %s: the same input, keys and times give the same output to the octet',
  async (algorithm) => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    expect((await runInProcess(['keygen', 'example.com', '-a', algorithm])).status).toBe(0);
    const outputs: string[] = [];
    for (const run of ['one', 'two']) {
      const args = [
        'sign',
        'example.com.zone',
        '--deterministic',
        '--nsec3',
        '--zonemd',
        'sha384',
        '-o',
        run,
      ];
      expect((await runInProcess(args)).status).toBe(0);
      outputs.push(readFileSync(run, 'utf8'));
    }
    expect(outputs[0]).toBe(outputs[1]);
    expect((await runInProcess(['verify', 'one'])).status).toBe(0);
  },
);

test('worker threads make the signatures that one thread makes', async () => {
  workIn({ 'example.com.zone': LARGE_ZONE });
  expect((await runInProcess(['keygen', 'example.com'])).status).toBe(0);
  const outputs: string[] = [];
  for (const jobs of ['1', '3']) {
    const output = `signed-${jobs}`;
    const args = ['sign', 'example.com.zone', '--deterministic', '--jobs', jobs, '-o', output, '--now', NOW];
    const { status, stderr } = await runCli(args, { cwd: process.cwd() });
    expect([status, stderr]).toEqual([0, expect.stringContaining(' signatures made')]);
    outputs.push(readFileSync(output, 'utf8'));
  }
  expect(outputs[0]).toBe(outputs[1]);
});
