import { expect, test } from '@jest/globals';
import { DAY, Operation } from './operation.ts';
import { atTerminal } from './at-terminal.ts';

/** The program at the terminal has the clock of the machine. */
const START = Math.floor(Date.now() / 1000) - 5 * DAY;

const QUESTION = /Do it\? \[y\/N\] $/;

test('--emergency asks who sits at the terminal: no, or nothing, changes nothing, and yes goes on', async () => {
  const operation = await Operation.enabled('checkParent: false', START);
  const [zsk] = operation.keys('zsk');
  const args = ['rotate', 'example.com', '--emergency', String(zsk!.keyTag)];
  const before = operation.files();
  for (const line of ['n', '', 'maybe']) {
    const { status, shown } = await atTerminal(args, [{ prompt: QUESTION, line }]);
    expect({ line, status }).toEqual({ line, status: 2 });
    expect(shown).toContain('It breaks nobody.');
    expect(shown).toContain('nothing was done');
    expect(operation.files()).toEqual(before);
  }
  const agreed = await atTerminal(args, [{ prompt: QUESTION, line: 'y' }]);
  expect(agreed.status).toBe(0);
  expect(operation.state().rollovers).toMatchObject([
    { name: 'zsk-prepublish', old: [zsk!.base], urgent: true },
  ]);
});

test('--emergency with --yes asks nobody, at a terminal either', async () => {
  const operation = await Operation.enabled('checkParent: false', START);
  const [zsk] = operation.keys('zsk');
  const { status, shown } = await atTerminal(
    ['rotate', 'example.com', '--emergency', String(zsk!.keyTag), '--yes'],
    [],
  );
  expect(status).toBe(0);
  expect(shown).not.toContain('Do it?');
  expect(operation.state().rollovers).toMatchObject([{ urgent: true }]);
});
