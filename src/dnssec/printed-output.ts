import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { parseZone } from '../zone/parse-zone.ts';
import { PrintedLineReader } from '../zone/printed-lines.ts';
import { Zone } from '../zone/zone.ts';
import { PreviousSignatures } from './previous-signatures.ts';
import { foundLines, newPrintedTask, rowCount, type PrintedTask } from './printed-jobs.ts';
import { PrintedSignatures } from './printed-signatures.ts';
import type { ReusableSignatures } from './reusable-signatures.ts';
import { apexSerial, readSoa } from './soa.ts';
import type { RunningTask, WorkPool } from './work-pool.ts';

/** A signed zone as text that this tool wrote. Other threads can read it while the calling one does something else. */
export class PrintedOutput {
  readonly #origin: Uint8Array;
  readonly #task: PrintedTask;
  #running: RunningTask | undefined;
  #zone: Zone | undefined;

  /** @param origin the zone's name in canonical form */
  constructor(text: Uint8Array, origin: Uint8Array) {
    this.#origin = origin;
    this.#task = newPrintedTask(text, origin);
  }

  /** Lets other threads begin. Until the signatures were asked for, or it was abandoned, these do nothing else. */
  begin(pool: WorkPool): RunningTask {
    if (this.#running === undefined) {
      this.#running = pool.begin(this.#task, 0);
      this.#running.extend(rowCount(this.#task.text));
    }
    return this.#running;
  }

  get serial(): number {
    const { text } = this.#task;
    const line = new PrintedLineReader(text, 0);
    // The SOA is printed first.
    if (!line.read() || line.type !== Type.SOA) return apexSerial(this.zone);
    const rdata = String.fromCharCode(...text.subarray(line.rdataStart, line.end));
    return readSoa(rdataFromText(Type.SOA, rdata)).serial;
  }

  /** The zone, read in full. */
  get zone(): Zone {
    if (this.#zone === undefined) {
      const origin = this.#origin;
      const { store, zoneClass } = parseZone({ file: '', bytes: this.#task.text }, { origin });
      this.#zone = new Zone(store, { origin, zoneClass });
    }
    return this.#zone;
  }

  /**
   * Its signatures for use again.
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   */
  async signatures(content: Zone, now: number, refresh: number, pool: WorkPool): Promise<ReusableSignatures> {
    await this.begin(pool).finish();
    const found = foundLines(this.#task);
    const inFull = (): PreviousSignatures => new PreviousSignatures(this.zone, content, now, refresh);
    if (found === undefined) return inFull();
    return new PrintedSignatures({ ...found, serial: this.serial, inFull }, content, now, refresh);
  }

  /** Lets nobody read on. */
  abandon(): void {
    this.#running?.abandon();
  }
}
