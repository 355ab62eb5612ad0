import { allocateBytes, allocateUint16, allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { ZonewrightError } from '../errors.ts';
import { findType, Type } from '../rr/registry.ts';
import { PrintedLineReader } from '../zone/printed-lines.ts';
import { PrintedZone } from '../zone/printed-zone.ts';
import { PrintedRrsig } from './printed-rrsig.ts';

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
/** Octets of text that are a row. A line belongs to the row in which it starts. */
const ROW = 4096;
/** Octets of the shortest line: owner, TTL, class and type, each with a tab behind it, and a line feed. */
const SHORTEST_LINE = 10;

/** A printed zone whose lines are to be found, and whose signatures are to be read, by any threads: a row is a stretch of its text. */
export interface PrintedTask {
  readonly kind: 'read-printed';
  readonly text: Uint8Array;
  /** Whose signatures are read, in canonical form. */
  readonly signerName: Uint8Array;
  readonly found: FoundLines;
}

/** What threads found, each range of rows together, in the order in which they came to an end. */
interface FoundLines extends PrintedRrsigs {
  /** How many lines and octets of RDATA there are, and whether a line is not as it is printed. */
  readonly used: Uint32Array;
  readonly lineStarts: Uint32Array;
  readonly lineTypes: Uint16Array;
  /** Whether a line has another owner than the one before. */
  readonly isOwner: Uint8Array;
  /** First row of a range → its first line, the line behind its last, and the row behind it. */
  readonly firstLines: Uint32Array;
  readonly endLines: Uint32Array;
  readonly endRows: Uint32Array;
}

const LINES = 0;
const OCTETS = 1;
const IS_ODD = 2;

/**
 * RDATA of the signatures of a printed zone: line → where it is, of length 0 where it is no signature over what comes before it: one of another
 * form, owner, TTL or class.
 */
export interface PrintedRrsigs {
  readonly rdataStarts: Uint32Array;
  readonly rdataLengths: Uint16Array;
  readonly rdata: Uint8Array;
}

/** What is not written of all this takes no memory. */
export function newPrintedTask(text: Uint8Array, signerName: Uint8Array): PrintedTask {
  const lines = Math.ceil(text.length / SHORTEST_LINE);
  const rows = rowCount(text);
  return {
    kind: 'read-printed',
    text,
    signerName,
    found: {
      used: allocateUint32(3),
      lineStarts: allocateUint32(lines),
      lineTypes: allocateUint16(lines),
      isOwner: allocateBytes(lines),
      rdataStarts: allocateUint32(lines),
      rdataLengths: allocateUint16(lines),
      rdata: allocateBytes(text.length),
      firstLines: allocateUint32(rows),
      endLines: allocateUint32(rows),
      endRows: allocateUint32(rows),
    },
  };
}

/** How many rows the text of a zone is. */
export function rowCount(text: Uint8Array): number {
  return Math.ceil(text.length / ROW);
}

/** Makes a thread ready to read a printed zone. */
export function prepareReadingPrinted({
  text,
  signerName,
  found,
}: PrintedTask): (first: number, last: number) => void {
  const rrsig = new PrintedRrsig(text, signerName);
  let lines = new LineColumns(0);
  return (first, last) => {
    const capacity = 1 + Math.ceil(((last - first) * ROW) / SHORTEST_LINE);
    if (capacity > lines.starts.length) lines = new LineColumns(capacity);
    try {
      readRows(text, first, last, found, rrsig, lines);
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
      Atomics.store(found.used, IS_ODD, 1);
    }
  };
}

/** Lines of one range. */
class LineColumns {
  readonly starts: Uint32Array;
  readonly types: Uint16Array;
  readonly isOwner: Uint8Array;
  /** Where the RDATA of each ends, behind that of those before; the first entry is none's. */
  readonly ends: Uint32Array;
  readonly rdata = new ByteBuffer(1 << 16);

  constructor(capacity: number) {
    this.starts = new Uint32Array(capacity);
    this.types = new Uint16Array(capacity);
    this.isOwner = new Uint8Array(capacity);
    this.ends = new Uint32Array(capacity + 1);
  }
}

function readRows(
  text: Uint8Array,
  first: number,
  last: number,
  found: FoundLines,
  rrsig: PrintedRrsig,
  { starts, types, isOwner, ends, rdata }: LineColumns,
): void {
  const to = Math.min(last * ROW, text.length);
  const lines = readerBefore(text, first * ROW);
  rdata.clear();
  let count = 0;
  for (; lines !== undefined && lines.next < to; count++) {
    if (!lines.read() || lines.end - lines.start < SHORTEST_LINE - 1) {
      Atomics.store(found.used, IS_ODD, 1);
      return;
    }
    starts[count] = lines.start;
    types[count] = lines.type;
    isOwner[count] = lines.isOwner ? 1 : 0;
    if (lines.type === Type.RRSIG && lines.isAlike) appendRrsig(text, lines, rrsig, rdata);
    ends[count + 1] = rdata.length;
  }
  const line = Atomics.add(found.used, LINES, count);
  const octet = Atomics.add(found.used, OCTETS, rdata.length);
  found.lineStarts.set(starts.subarray(0, count), line);
  found.lineTypes.set(types.subarray(0, count), line);
  found.isOwner.set(isOwner.subarray(0, count), line);
  found.rdata.set(rdata.view(), octet);
  for (let i = 0; i < count; i++) {
    found.rdataStarts[line + i] = octet + ends[i]!;
    found.rdataLengths[line + i] = ends[i + 1]! - ends[i]!;
  }
  found.firstLines[first] = line;
  found.endLines[first] = line + count;
  found.endRows[first] = last;
}

/** A reader whose next line is the first that starts at `at` or behind, and which knows the line before it; undefined where there is none. */
function readerBefore(text: Uint8Array, at: number): PrintedLineReader | undefined {
  if (at === 0) return new PrintedLineReader(text, 0);
  const lineFeed = text.indexOf(NEWLINE, at - 1);
  if (lineFeed < 0) return undefined;
  const lines = new PrintedLineReader(text, text.lastIndexOf(NEWLINE, lineFeed - 1) + 1);
  lines.read();
  return lines;
}

function appendRrsig(
  text: Uint8Array,
  { ttlStart, rdataStart, end }: PrintedLineReader,
  rrsig: PrintedRrsig,
  out: ByteBuffer,
): void {
  const coveredEnd = text.indexOf(SPACE, rdataStart);
  const covered = findType(text, rdataStart, coveredEnd);
  if (covered < 0 || !rrsig.read(covered, coveredEnd + 1, end)) return;
  if (rrsig.originalTtl === numberAt(text, ttlStart)) rrsig.append(out);
}

function numberAt(text: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; text[at] !== TAB; at++) value = 10 * value + text[at]! - ZERO;
  return value;
}

/** What was found, in the order of the text; undefined where something is not as it is printed. */
export function foundLines({
  text,
  found,
}: PrintedTask): { readonly printed: PrintedZone; readonly rrsigs: PrintedRrsigs } | undefined {
  if (found.used[IS_ODD] !== 0) return undefined;
  const count = found.used[LINES]!;
  const lineStarts = new Uint32Array(count + 1);
  const lineTypes = new Uint16Array(count);
  const isOwner = new Uint8Array(count);
  const rdataStarts = new Uint32Array(count);
  const rdataLengths = new Uint16Array(count);
  let at = 0;
  for (let row = 0; row < found.endRows.length; row = found.endRows[row]!) {
    const [first, end] = [found.firstLines[row]!, found.endLines[row]!];
    lineStarts.set(found.lineStarts.subarray(first, end), at);
    lineTypes.set(found.lineTypes.subarray(first, end), at);
    isOwner.set(found.isOwner.subarray(first, end), at);
    rdataStarts.set(found.rdataStarts.subarray(first, end), at);
    rdataLengths.set(found.rdataLengths.subarray(first, end), at);
    at += end - first;
  }
  lineStarts[count] = text.length;
  const ownerLines = Uint32Array.from(linesOfOwners(isOwner));
  return {
    printed: new PrintedZone(text, { lineStarts, lineTypes, ownerLines }),
    rrsigs: { rdataStarts, rdataLengths, rdata: found.rdata },
  };
}

function* linesOfOwners(isOwner: Uint8Array): Generator<number> {
  for (let line = isOwner.indexOf(1); line >= 0; line = isOwner.indexOf(1, line + 1)) yield line;
  yield isOwner.length;
}
