/**
 * Places in what threads share: the first row that nobody has taken, the end of the rows that are there, whether that is the end of all, and how often
 * either has changed; how many rows a thread takes at once.
 */
const TAKEN = 0;
const LAST = 1;
const CLOSED = 2;
const CHANGES = 3;
const AT_ONCE = 4;

/** The rows of a task, as threads share them. */
export class SharedRows {
  /** Passes between threads. */
  readonly shared: Int32Array;

  constructor(shared: Int32Array) {
    this.shared = shared;
  }

  /** No rows yet; `first` will be the first one, and a thread takes so many at once. */
  static from(first: number, atOnce: number): SharedRows {
    const shared = new Int32Array(new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT));
    shared[TAKEN] = first;
    shared[LAST] = first;
    shared[AT_ONCE] = atOnce;
    return new SharedRows(shared);
  }

  /** Says that the rows before `last` are there. */
  extend(last: number): void {
    Atomics.store(this.shared, LAST, last);
    this.#tell();
  }

  /** Says that no row will come any more. */
  close(): void {
    Atomics.store(this.shared, CLOSED, 1);
    this.#tell();
  }

  /** Takes the next rows, and sleeps until they are there; undefined where none is left and none will come. */
  take(): { readonly first: number; readonly end: number } | undefined {
    const atOnce = this.shared[AT_ONCE]!;
    const first = Atomics.add(this.shared, TAKEN, atOnce);
    const end = Math.min(first + atOnce, this.#waitFor(first + atOnce));
    return first < end ? { first, end } : undefined;
  }

  /** Sleeps until the rows before `wanted` are there or none will come, and returns how far they go. */
  #waitFor(wanted: number): number {
    for (;;) {
      // First of all: a change from here on lets nobody fall asleep.
      const changes = Atomics.load(this.shared, CHANGES);
      // In this order: no row comes after closing.
      const isClosed = Atomics.load(this.shared, CLOSED) === 1;
      const last = Atomics.load(this.shared, LAST);
      if (isClosed || last >= wanted) return last;
      Atomics.wait(this.shared, CHANGES, changes);
    }
  }

  #tell(): void {
    Atomics.add(this.shared, CHANGES, 1);
    Atomics.notify(this.shared, CHANGES);
  }
}
