import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { parseZone } from '../zone/parse-zone.ts';
import { PrintedLineReader } from '../zone/printed-lines.ts';
import { Zone } from '../zone/zone.ts';
import type { KeptOwners } from './kept-owners.ts';
import { PreviousSignatures } from './previous-signatures.ts';
import { PrintedSignatures } from './printed-signatures.ts';
import { apexSerial, readSoa } from './soa.ts';

/** A signed zone as text that this tool wrote. */
export class PrintedOutput {
  readonly text: Uint8Array;
  readonly #origin: Uint8Array;
  #zone: Zone | undefined;

  /** @param origin the zone's name in canonical form */
  constructor(text: Uint8Array, origin: Uint8Array) {
    this.text = text;
    this.#origin = origin;
  }

  get serial(): number {
    const { text } = this;
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
      const { store, zoneClass } = parseZone({ file: '', bytes: this.text }, { origin });
      this.#zone = new Zone(store, { origin, zoneClass });
    }
    return this.#zone;
  }

  /**
   * Its signatures for use again.
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   * @param kept owners that are known to have stayed
   */
  signatures(content: Zone, now: number, refresh: number, kept?: KeptOwners): PrintedSignatures {
    const inFull = (): PreviousSignatures => new PreviousSignatures(this.zone, content, now, refresh);
    const { text, serial } = this;
    return new PrintedSignatures({ text, serial, inFull, kept }, content, now, refresh);
  }
}
