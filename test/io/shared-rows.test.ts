import { afterEach, describe, expect, test } from '@jest/globals';
import { SharedRows } from '../../src/io/shared-rows.ts';

const { wait } = Atomics;
afterEach(() => {
  Atomics.wait = wait;
});

/** Does something just before this thread falls asleep, and says how its sleep ended; it lasts a second at the most. */
function beforeSleep(act: () => void): string[] {
  const ends: string[] = [];
  Atomics.wait = ((shared: Int32Array, index: number, value: number) => {
    act();
    ends.push(wait(shared, index, value, 1000));
    return ends.at(-1)!;
  }) as typeof wait;
  return ends;
}

test('rows are taken one after the other, and no more than there are', () => {
  const rows = SharedRows.from(10, 256);
  rows.extend(700);
  rows.close();
  expect([rows.take(), rows.take(), rows.take(), rows.take()]).toEqual([
    { first: 10, end: 266 },
    { first: 266, end: 522 },
    { first: 522, end: 700 },
    undefined,
  ]);
});

test('as many are taken at once as the task says', () => {
  const rows = SharedRows.from(0, 512);
  rows.extend(600);
  rows.close();
  // As another thread sees them.
  const other = new SharedRows(rows.shared);
  expect([rows.take(), other.take()]).toEqual([
    { first: 0, end: 512 },
    { first: 512, end: 600 },
  ]);
});

describe('a thread that is about to sleep misses nothing that happens just then', () => {
  test('neither that no row will come', () => {
    const rows = SharedRows.from(0, 256);
    const ends = beforeSleep(() => rows.close());
    expect(rows.take()).toBeUndefined();
    expect(ends).toEqual(['not-equal']);
  });

  test('nor that some have come', () => {
    const rows = SharedRows.from(0, 256);
    const ends = beforeSleep(() => rows.extend(256));
    expect(rows.take()).toEqual({ first: 0, end: 256 });
    expect(ends).toEqual(['not-equal']);
  });

  test('nor that all there were are forgotten', () => {
    const rows = SharedRows.from(0, 256);
    rows.extend(100);
    const ends = beforeSleep(() => {
      rows.extend(0);
      rows.close();
    });
    expect(rows.take()).toBeUndefined();
    expect(ends).toEqual(['not-equal']);
  });
});
