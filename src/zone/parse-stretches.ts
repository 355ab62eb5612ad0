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

/** A stretch of a master file for another thread, its octets in shared memory. */
export interface Stretch extends SourceFile {
  /** How it begins, as far as one knew when it was cut. */
  readonly state: ParseState;
}

export interface ReadStretch {
  readonly records: StoredRecords;
  readonly zoneClass: number | undefined;
  /** How it ends, and how many lines it has. */
  readonly state: ParseState;
  readonly lines: number;
}

/** Threads beside this one. */
export interface StretchReaders {
  readonly count: number;
  /** Undefined where the stretch cannot be read alone. */
  readonly read: (stretch: Stretch) => Promise<ReadStretch | undefined>;
}

/**
 * What `parseZone` does, by several threads where the file is large. Each reads a stretch as if origin and TTL were still those of the file's head;
 * where that turns out to be wrong, or a stretch depends on more than these, the calling thread reads it once more.
 * @param minimum octets from which on a file is worth it
 */
export async function parseByStretches(
  source: SourceFile,
  options: ParseOptions,
  readers: StretchReaders,
  minimum = 4 << 20,
): Promise<ParsedZone> {
  const cuts = source.bytes.length < minimum ? undefined : findCuts(source.bytes, readers.count);
  return (cuts && (await parseCut(source, options, cuts, readers))) ?? parseZone(source, options);
}

/** Reads a stretch that another thread cut. */
export function readStretch({ state, ...source }: Stretch): ReadStretch | undefined {
  const parser = new ZoneParser({}, new RecordStore(source.bytes.length));
  try {
    const end = parser.readStretch(source, state, 1);
    return {
      records: parser.store.records(),
      zoneClass: parser.zoneClass,
      state: end.state,
      lines: end.nextLine - 1,
    };
  } catch {
    // Whoever reads it in its place tells what is wrong.
    return undefined;
  }
}

/** Undefined where something is wrong, with the file or with where it was cut: then it has to be read as a whole. */
async function parseCut(
  { file, bytes }: SourceFile,
  options: ParseOptions,
  cuts: readonly number[],
  readers: StretchReaders,
): Promise<ParsedZone | undefined> {
  const warnings: Parameters<NonNullable<ParseOptions['warn']>>[] = [];
  const { onError: _, ...others } = options;
  const warn: ParseOptions['warn'] = (...warning) => void warnings.push(warning);
  const parser = new ZoneParser({ ...others, warn }, new RecordStore(bytes.length));
  parser.store.enterFile(file);
  const stretch = (index: number): SourceFile => ({
    file,
    bytes: bytes.subarray(cuts[index - 1] ?? 0, cuts[index]),
  });
  try {
    const start = { origin: options.origin, defaultTtl: options.defaultTtl ?? -1, ttlDirective: false };
    let end = parser.readStretch(stretch(0), start, 1);
    const expected = independent(end.state);
    const read = cuts.slice(1).map((_, i) => readers.read({ ...stretch(i + 2), state: expected }));
    // One that fails while this thread reads is seen below.
    for (const reading of read) reading.catch(() => undefined);
    end = parser.readStretch(stretch(1), end.state, end.nextLine);
    for (const [i, reading] of read.entries()) {
      const result = await reading;
      if (
        result !== undefined &&
        isSameState(independent(end.state), expected) &&
        parser.hasClass(result.zoneClass)
      ) {
        parser.store.append(result.records, end.nextLine - 1);
        end = { state: result.state, nextLine: end.nextLine + result.lines };
      } else {
        end = parser.readStretch(stretch(i + 2), end.state, end.nextLine);
      }
    }
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input') return undefined;
    throw error;
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

/** Where the stretches behind the head begin: one for the calling thread and one for each reader. Undefined where no such places are found. */
function findCuts(bytes: Uint8Array, readers: number): number[] | undefined {
  if (readers === 0) return undefined;
  const cuts = [findEntry(bytes, HEAD)];
  for (let i = 1; i <= readers; i++)
    cuts.push(findEntry(bytes, HEAD + Math.floor(((bytes.length - HEAD) * i) / (readers + 1))));
  return cuts.includes(-1) ? undefined : cuts;
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
