import { rmSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';

/** What a command prints on a terminal of so many columns, without colours. */
async function onTerminal(
  operation: Operation,
  columns: number,
  ...args: readonly string[]
): Promise<string[]> {
  let text = '';
  const write = (data: string | Uint8Array): Promise<void> => Promise.resolve(void (text += String(data)));
  operation.io = { stdout: { isTerminal: true, columns, write } };
  await operation.run(...args, '--no-color');
  operation.io = {};
  return text.split('\n');
}

/** A zone in a rollover of its KSK, whose new DS is asked for. */
async function inRollover(): Promise<Operation> {
  const operation = await Operation.enabled('checkParent: false');
  operation.now += DAY;
  await operation.rotate('--start', 'ksk', '--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
  return operation;
}

test.each([60, 80, 160])('a plan fits a terminal of %d columns, and has the timeline', async (columns) => {
  const operation = await inRollover();
  const lines = await onTerminal(operation, columns, 'rotate', 'example.com', '--plan', '--until', '120d');
  const [first] = lines;
  expect(first).toMatch(/^Plan for example\.com\. until 2027-03-27/);
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}KSK \d+ /));
  expect(lines).toContainEqual(expect.stringMatching(/^2\d{3}-\d\d-\d\d .*you +KSK \d+ +remove the/));
});

test('sentences do not break within words, and commands to paste do not break at all', async () => {
  const operation = await inRollover();
  const whole = await operation.rotate();
  const lines = await onTerminal(operation, 60, 'rotate', 'example.com');
  const isPasted = (line: string): boolean => line.startsWith('  then: ');
  expect(lines.some(isPasted)).toBe(true);
  expect(lines.filter((line) => line.length > 60 && !isPasted(line))).toEqual([]);
  expect(lines.join(' ').split(/\s+/)).toEqual(whole.replaceAll('\n', ' ').split(/\s+/));
  expect(whole.split('\n').length).toBeLessThan(lines.length);
  const verified = await onTerminal(operation, 60, 'verify', 'example.com.zone.signed');
  expect(verified).toContainEqual(expect.stringMatching(/^example\.com\. is valid at /));
  expect(verified.filter((line) => line.length > 60)).toEqual([]);
});

test('the table of zones tells on 80 columns what has to be done', async () => {
  const operation = await inRollover();
  const [key] = operation.keys('ksk').slice(-1);
  const [line = ''] = await onTerminal(operation, 80, 'status');
  expect(line).toBe(
    `example.com.  OK        by 2026-12-04: add the new DS at the parent (key ${key!.keyTag})`,
  );
  operation.now += 10 * DAY;
  const [late = ''] = await onTerminal(operation, 80, 'status');
  expect(late).toMatch(
    /^example\.com\. {2}CRITICAL {2}overdue since 2026-12-04: add the new DS \(key \d+\)$/,
  );
  rmSync(`keys/${key!.base}.private`);
  const [lost = ''] = await onTerminal(operation, 80, 'status');
  expect(lost).toMatch(
    /^example\.com\. {2}CRITICAL {2}by 20\d\d-\d\d-\d\d: replace the key, or bring Kexample/,
  );
});
