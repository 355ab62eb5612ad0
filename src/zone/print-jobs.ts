import { allocateBytes, allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { OwnerPrinter, type PrintedColumns } from './print-zone.ts';

/** Owners to be printed by any threads: a row is the rank of one. */
export interface PrintTask {
  readonly kind: 'print';
  readonly columns: PrintedColumns;
  readonly page: Page;
}

/**
 * Where threads put the text of owners: shared memory, given out in the order in which they ask for it. Of the range of rows that was printed
 * together, the entry of its first row says where it is.
 */
export interface Page {
  readonly text: Uint8Array;
  /** One number: how much of `text` is given out. */
  readonly used: Int32Array;
  /** The rank that the first entry stands for. */
  readonly first: number;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  /** The row behind the range, or 0 where there was no room for it. */
  readonly ends: Uint32Array;
}

/** A page for the owners `[first, last)`. */
export function newPage(text: Uint8Array, first: number, last: number): Page {
  const entries = (): Uint32Array => allocateUint32(last - first);
  const used = new Int32Array(allocateBytes(4).buffer);
  return { text, used, first, starts: entries(), lengths: entries(), ends: entries() };
}

/** Makes a thread ready to print owners. */
export function preparePrinting({ columns, page }: PrintTask): (first: number, last: number) => void {
  const out = new ByteBuffer(1 << 16);
  const printer = new OwnerPrinter(columns, out);
  return (first, last) => {
    out.clear();
    printer.printRange(first, last);
    const start = Atomics.add(page.used, 0, out.length);
    if (start + out.length > page.text.length) return;
    page.text.set(out.view(), start);
    const entry = first - page.first;
    page.starts[entry] = start;
    page.lengths[entry] = out.length;
    page.ends[entry] = last;
  };
}

/** Adds the text of the owners from `rank` on to `out`, those that were printed together, and returns the rank behind them. */
export function copyRange({ page }: PrintTask, rank: number, printer: OwnerPrinter, out: ByteBuffer): number {
  const entry = rank - page.first;
  const start = page.starts[entry]!;
  const end = page.ends[entry]!;
  if (end > 0) {
    out.append(page.text, start, start + page.lengths[entry]!);
    return end;
  }
  printer.print(rank);
  return rank + 1;
}
