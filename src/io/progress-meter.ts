import type { Writable } from 'node:stream';
import ora, { type Ora } from 'ora';
import type { Progress } from '../commands/environment.ts';

/** Milliseconds of work before a spinner is worth showing, and between two pictures of it. */
const PATIENCE = 500;
const FRAME = 80;

/**
 * A spinner with a count and a rate.
 *
 * Signing keeps the thread busy, so that no timer would ever fire: pictures are drawn from within `show`, as time goes by.
 */
export class ProgressMeter {
  readonly #stream: Writable;
  readonly #clock: () => number;
  #spinner: Ora | undefined;
  #task: string | undefined;
  #started = 0;
  #doneAtStart = 0;
  #drawn = 0;

  /** @param clock milliseconds */
  constructor(stream: Writable, clock: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#clock = clock;
  }

  show(progress: Progress): void {
    const now = this.#clock();
    if (progress.task !== this.#task) {
      this.#task = progress.task;
      this.#started = now;
      this.#doneAtStart = progress.done;
    }
    const elapsed = now - this.#started;
    if (this.#spinner === undefined ? elapsed < PATIENCE : now - this.#drawn < FRAME) return;
    this.#drawn = now;
    const text = progressText(progress, ((progress.done - this.#doneAtStart) * 1000) / Math.max(elapsed, 1));
    if (this.#spinner === undefined) {
      this.#spinner = ora({
        text,
        stream: this.#stream as NodeJS.WritableStream,
        isEnabled: true,
        discardStdin: false,
      }).start();
    } else {
      this.#spinner.text = text;
      this.#spinner.render();
    }
  }

  /** Makes room for a line; the next `show` draws again. */
  clear(): void {
    this.#spinner?.clear();
  }

  stop(): void {
    this.#spinner?.stop();
    this.#spinner = undefined;
    this.#task = undefined;
  }
}

/** `signing 12,300 of 50,000 (4,100 a second)` */
export function progressText({ task, done, total }: Progress, rate: number): string {
  const count = total === undefined ? grouped(done) : `${grouped(done)} of ${grouped(total)}`;
  return `${task} ${count} (${grouped(Math.round(rate))} a second)`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
