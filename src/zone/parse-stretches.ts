import { allocateBytes } from '../dns/byte-buffer.ts';
import { sameOctets } from '../dns/octets.ts';
import { ZonewrightError } from '../errors.ts';
import {
  parseZone,
  ZoneParser,
  type ParsedZone,
  type ParseOptions,
  type ParseState,
  type SourceFile,
} from './parse-zone.ts';
import { RecordStore, type StoredRecords } from './record-store.ts';

/** A master file in stretches, its octets in shared memory, for threads that each take the next one: the calling thread from the front, readers from the back. */
export interface Stretches extends SourceFile {
  /** Where each begins; it ends where the next begins. */
  readonly starts: readonly number[];
  /** How they begin, as far as one knew when they were cut. */
  readonly state: ParseState;
  /** Two numbers: how many were taken (or asked for when none was left), and how many of them by readers. */
  readonly taken: Int32Array;
}

export interface ReadStretch {
  readonly index: number;
  readonly records: StoredRecords;
  readonly zoneClass: number | undefined;
  /** How it ends, and how many lines it has. */
  readonly state: ParseState;
  readonly lines: number;
}

/** Threads beside this one. */
export interface StretchReaders {
  readonly count: number;
  /** What they all read, in any order, without those that cannot be read alone. */
  readonly read: (stretches: Stretches) => Promise<readonly ReadStretch[]>;
}

/**
 * What `parseZone` does, by several threads where the file is large. Each reads stretches as if origin and TTL were still those of the file's
 * head; where that turns out to be wrong, or a stretch depends on more than these, the calling thread reads it once more.
 * @param minimum octets from which on a file is worth it
 */
export async function parseByStretches(
  source: SourceFile,
  options: ParseOptions,
  readers: StretchReaders,
  minimum = 4 << 20,
): Promise<ParsedZone> {
  const isWorthIt = readers.count > 0 && source.bytes.length >= minimum;
  const starts = isWorthIt ? findStarts(source.bytes, readers.count) : [];
  return (
    (starts.length > 0 ? await parseCut(source, options, starts, readers) : undefined) ??
    parseZone(source, options)
  );
}

/** Reads stretches from the back until none is left. */
export function readStretches(stretches: Stretches): ReadStretch[] {
  const read: ReadStretch[] = [];
  while (takeNext(stretches)) {
    const index = stretches.starts.length - 1 - Atomics.add(stretches.taken, BY_READERS, 1);
    const source = stretchOf(stretches, index);
    const parser = new ZoneParser({}, new RecordStore(source.bytes.length));
    try {
      const { state, nextLine } = parser.readStretch(source, stretches.state, 1);
      const { store, zoneClass } = parser;
      read.push({ index, records: store.records(), zoneClass, state, lines: nextLine - 1 });
    } catch {
      // Whoever reads it in its place tells what is wrong.
    }
  }
  return read;
}

/** Whether one is left: of all who may take one, no more than there are. Each counts its own from its end. */
function takeNext({ starts, taken }: Stretches): boolean {
  return Atomics.add(taken, ALL, 1) < starts.length;
}

const ALL = 0;
const BY_READERS = 1;

function stretchOf({ file, bytes, starts }: Omit<Stretches, 'state' | 'taken'>, index: number): SourceFile {
  return { file, bytes: bytes.subarray(starts[index], starts[index + 1]) };
}

/** Undefined where something is wrong, with the file or with where it was cut: then it has to be read as a whole. */
async function parseCut(
  { file, bytes }: SourceFile,
  options: ParseOptions,
  starts: readonly number[],
  readers: StretchReaders,
): Promise<ParsedZone | undefined> {
  const warnings: Parameters<NonNullable<ParseOptions['warn']>>[] = [];
  const { onError: _, ...others } = options;
  const warn: ParseOptions['warn'] = (...warning) => void warnings.push(warning);
  const parser = new ZoneParser({ ...others, warn }, new RecordStore(bytes.length));
  parser.store.enterFile(file);
  const taken = new Int32Array(allocateBytes(8).buffer);
  try {
    const start = { origin: options.origin, defaultTtl: options.defaultTtl ?? -1, ttlDirective: false };
    let end = parser.readStretch({ file, bytes: bytes.subarray(0, starts[0]) }, start, 1);
    const expected = independent(end.state);
    const stretches: Stretches = { file, bytes, starts, state: expected, taken };
    const reading = readers.read(stretches);
    // One that fails while this thread reads is seen below.
    reading.catch(() => undefined);
    let next = 0;
    while (takeNext(stretches))
      end = parser.readStretch(stretchOf(stretches, next++), end.state, end.nextLine);
    const read = new Map((await reading).map((stretch) => [stretch.index, stretch]));
    for (; next < starts.length; next++) {
      const result = read.get(next);
      read.delete(next);
      if (
        result !== undefined &&
        isSameState(independent(end.state), expected) &&
        parser.hasClass(result.zoneClass)
      ) {
        parser.store.append(result.records, end.nextLine - 1);
        end = { state: result.state, nextLine: end.nextLine + result.lines };
      } else end = parser.readStretch(stretchOf(stretches, next), end.state, end.nextLine);
    }
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input') return undefined;
    throw error;
  } finally {
    Atomics.store(taken, ALL, starts.length);
  }
  for (const warning of warnings) options.warn?.(...warning);
  return parser.parsed();
}

/** The state for readers who cannot know the entry before: one that takes its TTL from there has none. */
function independent(state: ParseState): ParseState {
  return state.ttlDirective ? state : { ...state, defaultTtl: -1 };
}

function isSameState(a: ParseState, b: ParseState): boolean {
  const isSameOrigin =
    a.origin === undefined || b.origin === undefined ? a.origin === b.origin : sameOctets(a.origin, b.origin);
  return isSameOrigin && a.defaultTtl === b.defaultTtl && a.ttlDirective === b.ttlDirective;
}

/** Octets that are read first: what they say of origin and TTL mostly holds to the end. */
const HEAD = 1 << 16;

/** Stretches for each thread: many enough that all finish together, large enough that taking one costs nothing. */
const STRETCHES_A_THREAD = 16;

/** Where the stretches behind the head begin; none where no such places are found. */
function findStarts(bytes: Uint8Array, readers: number): readonly number[] {
  const count = (readers + 1) * STRETCHES_A_THREAD;
  const starts = new Set<number>();
  for (let i = 0; i < count; i++)
    starts.add(findEntry(bytes, HEAD + Math.floor(((bytes.length - HEAD) * i) / count)));
  return starts.has(-1) ? [] : [...starts];
}

/** The start of the next line behind `from` that begins like an entry with an owner; -1 where none is near. */
function findEntry(bytes: Uint8Array, from: number): number {
  const end = Math.min(from + HEAD, bytes.length - 1);
  for (let at = from; at < end; at++)
    if (bytes[at] === NEWLINE && IS_NAME_START[bytes[at + 1]!] === 1) return at + 1;
  return -1;
}

const NEWLINE = 10;
const IS_NAME_START = new Uint8Array(256);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-*')
  IS_NAME_START[character.charCodeAt(0)] = 1;
