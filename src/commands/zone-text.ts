import { allocateBytes, ByteBuffer } from '../dns/byte-buffer.ts';
import type { RunningTask, WorkPool } from '../dnssec/work-pool.ts';
import { copyRange, newPage, type PrintTask } from '../zone/print-jobs.ts';
import { BLOCK, OwnerPrinter, printedColumns, type OwnerTexts } from '../zone/print-zone.ts';
import type { Zone } from '../zone/zone.ts';

/**
 * The text of `printZone`, made by all threads: while they print a page, the one before is given out.
 * @param pageSize octets of text, about
 * @param known text that need not be printed again
 */
export async function* zoneText(
  zone: Zone,
  pool: WorkPool,
  {
    pageSize = 8 << 20,
    known,
  }: { readonly pageSize?: number | undefined; readonly known?: OwnerTexts | undefined } = {},
): AsyncGenerator<Uint8Array> {
  if (known !== undefined && isMostlyKnown(known)) {
    yield* mostlyKnownText(zone, known);
    return;
  }
  const columns = printedColumns(zone, known);
  const expected = expectedLength(zone);
  const ownersOfPage = Math.ceil((zone.ownerCount * pageSize) / Math.max(expected, pageSize));
  const texts = Array.from({ length: expected > pageSize ? 2 : 1 }, () =>
    allocateBytes(Math.min(pageSize, expected) * 1.25),
  );
  const begin = (page: number): PrintingPage | undefined => {
    const first = page * ownersOfPage;
    if (first >= zone.ownerCount) return undefined;
    const last = Math.min(first + ownersOfPage, zone.ownerCount);
    const task: PrintTask = {
      kind: 'print',
      columns,
      page: newPage(texts[page % texts.length]!, first, last),
    };
    const running = pool.begin(task, first);
    running.extend(last);
    return { task, last, running };
  };

  const out = new ByteBuffer(Math.min(BLOCK * 1.25, expected));
  const printer = new OwnerPrinter(columns, out);
  let next = begin(0);
  try {
    for (let page = 1; next !== undefined; page++) {
      const { task, last, running } = next;
      await running.finish();
      next = begin(page);
      for (let rank = task.page.first; rank < last;) {
        rank = copyRange(task, rank, printer, out);
        if (out.length < BLOCK) continue;
        yield out.view();
        out.clear();
      }
    }
    if (out.length > 0) yield out.view();
  } finally {
    next?.running.abandon();
  }
}

interface PrintingPage {
  readonly task: PrintTask;
  readonly last: number;
  readonly running: RunningTask;
}

/** Whether so little is left to print that one thread had better copy the rest. */
function isMostlyKnown({ ends }: OwnerTexts): boolean {
  let count = 0;
  for (let rank = 0; rank < ends.length; rank++) if (ends[rank]! > 0) count++;
  return count >= ends.length * 0.75;
}

/** Copies what is known by whole runs of owners. */
function* mostlyKnownText(zone: Zone, { text, starts, ends }: OwnerTexts): Generator<Uint8Array> {
  const out = new ByteBuffer(2.5 * BLOCK);
  const printer = new OwnerPrinter(printedColumns(zone), out);
  for (let rank = 0; rank < zone.ownerCount;) {
    if (ends[rank] === 0) printer.print(rank++);
    else {
      const start = starts[rank]!;
      let end = ends[rank++]!;
      while (end - start < BLOCK && starts[rank] === end && ends[rank]! > 0) end = ends[rank++]!;
      out.append(text, start, end);
    }
    if (out.length < BLOCK) continue;
    yield out.view();
    out.clear();
  }
  if (out.length > 0) yield out.view();
}

/** About how long the text will be. */
function expectedLength({ store, recordCount }: Zone): number {
  return 4096 + recordCount * 64 + store.rdata.length * 1.5;
}
