import { describe, expect, test } from '@jest/globals';
import { runInProcess } from './in-process.ts';

describe('options of the dnssec-* programs', () => {
  test.each([
    [['sign', '-S', '-K', 'keys', 'example.com.zone'], '-S', 'the times in the key files always decide'],
    [['sign', '-f', 'old.signed', 'example.com.zone'], '-f', 'the output is -o FILE'],
    [['sign', '-e', 'now+30d', 'example.com.zone'], '-e', '--expiration TIME'],
    [['keygen', '-n', 'ZONE', 'example.com'], '-n', 'every key is one of a zone'],
    // commander takes these for numbers, and so for arguments.
    [['sign', '-3', '-', 'example.com.zone'], '-3', 'NSEC3 is --nsec3'],
    [['ds', '-2', 'Kexample.com.+013+12345'], '-2', '--digest sha256'],
  ])('%j: what to type here', async (args, option, hint) => {
    const { status, stderr } = await runInProcess(args);
    expect(status).toBe(2);
    expect(stderr).toContain(`unknown option "${option}"\n  hint: `);
    expect(stderr).toContain(hint);
  });

  test('others lead to the help', async () => {
    const { status, stderr } = await runInProcess(['sign', '-Q', 'example.com.zone']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'zonewright: unknown option "-Q"\n  hint: zonewright sign --help lists what there is\n',
    );
  });
});
