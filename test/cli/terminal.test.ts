import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createTalk, type Talk } from '../../src/cli/terminal.ts';
import { inputError } from '../../src/errors.ts';
import { ProgressMeter, progressText } from '../../src/io/progress-meter.ts';
import { runInProcess } from './in-process.ts';

const ESCAPE = '\u001b';

interface Heard {
  readonly talk: Talk;
  readonly heard: () => string;
}

async function talkOn(
  isTerminal: boolean,
  variables: Readonly<Record<string, string>> = {},
  options: { color?: boolean; quiet?: boolean } = {},
): Promise<Heard> {
  let text = '';
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const write = (data: string | Uint8Array): Promise<void> => Promise.resolve(void (text += data.toString()));
  const talk = await createTalk(
    { stderr: { isTerminal, write, stream }, variables },
    { color: true, quiet: false, progress: true, ...options },
  );
  return { talk, heard: () => text };
}

describe('colour', () => {
  const failure = inputError('zone/no-soa', 'the zone has no SOA record', {
    hint: 'add one',
    location: { file: 'x' },
  });
  const plain = 'zonewright: x: the zone has no SOA record\n  hint: add one\n';

  test('is there on a terminal', async () => {
    const { talk, heard } = await talkOn(true);
    talk.failure(failure);
    await talk.finish();
    expect(heard()).toMatch(new RegExp(`^${ESCAPE}\\[`));
    expect(heard().replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(plain);
  });

  test.each([
    ['in a pipe', false, {}, {}],
    ['with --no-color', true, {}, { color: false }],
    ['with --quiet', true, {}, { quiet: true }],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, {}],
    ['on a dumb terminal', true, { TERM: 'dumb' }, {}],
  ])('is not there %s', async (_, isTerminal, variables, options) => {
    const { talk, heard } = await talkOn(isTerminal, variables, options);
    talk.failure(failure);
    talk.progress({ task: 'signing', done: 0, total: 10 });
    await talk.finish();
    expect(heard()).toBe(plain);
  });

  test('follows an empty NO_COLOR not at all', async () => {
    const { talk, heard } = await talkOn(true, { NO_COLOR: '' });
    talk.warning('careful', 'look twice');
    await talk.finish();
    expect(heard()).toContain(`${ESCAPE}[33mwarning:${ESCAPE}[39m careful\n`);
  });

  test('is there for mistakes on the command line as well', async () => {
    expect((await runInProcess(['sgin'], { terminal: true })).stderr).toContain(ESCAPE);
    expect((await runInProcess(['sgin', '--no-color'], { terminal: true })).stderr).not.toContain(ESCAPE);
    expect(
      (await runInProcess(['sgin'], { terminal: true, variables: { NO_COLOR: '1' } })).stderr,
    ).not.toContain(ESCAPE);
  });
});

test('--quiet leaves out notes, and neither warnings nor errors', async () => {
  const { talk, heard } = await talkOn(false, {}, { quiet: true });
  talk.note('a note');
  talk.warning('a warning');
  talk.failure(inputError('x/y', 'an error'));
  await talk.finish();
  expect(heard()).toBe('zonewright: warning: a warning\nzonewright: an error\n');
});

describe('the progress meter', () => {
  /** What a meter draws when it is told of progress at these milliseconds. */
  function drawn(times: readonly number[]): string {
    let text = '';
    let now = 0;
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const meter = new ProgressMeter(stream, () => now);
    for (const time of times) {
      now = time;
      meter.show({ task: 'signing', done: time * 2, total: 10000 });
    }
    meter.clear();
    meter.stop();
    stream.read();
    return text;
  }

  test('is silent for half a second of work', () => {
    expect(drawn([0, 100, 200, 400, 499])).toBe('');
  });

  test('then shows a count and a rate, without a timer', () => {
    expect(drawn([0, 100, 500])).toContain('signing 1,000 of 10,000 (2,000 a second)');
  });

  test('draws no more often than the eye follows', () => {
    const text = drawn([0, 500, 510, 520, 570, 580]);
    expect(text).toContain('signing 1,000 of');
    expect(text).not.toContain('signing 1,020 of');
    expect(text).not.toContain('signing 1,140 of');
    expect(text).toContain('signing 1,160 of');
  });

  test('does without a total', () => {
    expect(progressText({ task: 'reading', done: 1234567 }, 999.6)).toBe(
      'reading 1,234,567 (1,000 a second)',
    );
  });

  test('is there on a terminal only', async () => {
    const { talk, heard } = await talkOn(true);
    talk.progress({ task: 'signing', done: 0, total: 10 });
    await new Promise((resolve) => setTimeout(resolve, 550));
    talk.progress({ task: 'signing', done: 5, total: 10 });
    talk.warning('odd');
    await talk.finish();
    expect(heard()).toContain('signing 5 of 10 (');
    expect(heard()).toContain('odd\n');
  });
});
