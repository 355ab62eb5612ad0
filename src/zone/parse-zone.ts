import { MAX_NAME_LENGTH } from '../dns/name.ts';
import { Tokenizer } from '../dns/tokenizer.ts';
import { MAX_TTL, parseTtl } from '../dns/ttl.ts';
import { inputError, locatedAt, ZonewrightError, type SourceLocation } from '../errors.ts';
import { parseRdata } from '../rr/rdata.ts';
import { className, findClass, findType, Type } from '../rr/registry.ts';
import { expandGenerate } from './generate.ts';
import { RecordStore } from './record-store.ts';

/** One file of a master file: its octets, and how messages name it. */
export interface SourceFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ParseOptions {
  /** The origin to start with, in wire form. Without it, relative names before the first `$ORIGIN` are errors. */
  readonly origin?: Uint8Array;
  /** TTL in seconds of records before which no TTL was stated. Without it, they are errors (but the SOA, which takes its minimum). */
  readonly defaultTtl?: number;
  /** Opens what `$INCLUDE path` names in `including`. It throws where that is not allowed. */
  readonly include?: (path: string, including: string) => SourceFile;
  /** Is told what is odd but lawful. */
  readonly warn?: (message: string, location: SourceLocation) => void;
  /** Is given each error, and reading goes on behind the bad entry. Without it, the first error is thrown. */
  readonly onError?: (error: ZonewrightError) => void;
  /** Where records go; a new store by default. */
  readonly store?: RecordStore;
}

export interface ParsedZone {
  readonly store: RecordStore;
  /** The class of the records, `IN` where none states one. */
  readonly zoneClass: number;
}

const CLASS_IN = 1;
const MAX_INCLUDE_DEPTH = 64;
const DOLLAR = 36;

/**
 * Reads a master file (RFC 1035 section 5, with BIND's `$TTL`, `$GENERATE` and TTL units) into a packed store.
 * @throws ZonewrightError of kind `input` with file, line and column
 */
export function parseZone(source: SourceFile, options: ParseOptions = {}): ParsedZone {
  const parser = new ZoneParser(options, options.store ?? new RecordStore(source.bytes.length));
  parser.readFile(source, options.origin);
  return parser.parsed();
}

/** What stands before an entry and says how it is to be read, but for the owner of the entry before. */
export interface ParseState {
  readonly origin: Uint8Array | undefined;
  /** By `$TTL`, or of the entry before (RFC 1035 section 5.1), in seconds; -1 where there is neither. */
  readonly defaultTtl: number;
  readonly ttlDirective: boolean;
}

/** Reads entries into a store, file by file or stretch by stretch. */
export class ZoneParser {
  readonly store: RecordStore;
  zoneClass: number | undefined;

  readonly #options: ParseOptions;
  readonly #ownerWire = new Uint8Array(MAX_NAME_LENGTH + 1);
  /** The owner of the entry before, or -1. */
  #owner = -1;
  /** Where it was written last, and under which origin. */
  #ownerTokens: Tokenizer | undefined;
  #ownerOrigin: Uint8Array | undefined;
  #ownerStart = 0;
  #ownerEnd = 0;
  /** TTL (-1 where none is stated) and type of the current entry. */
  #ttl = -1;
  #type = -1;
  /** Where these, and the class, were written last. */
  #headTokens: Tokenizer | undefined;
  #headStart = 0;
  #headEnd = 0;
  #headTypeStart = 0;
  #defaultTtl: number;
  #ttlDirective = false;
  #openFiles: string[] = [];

  constructor(options: ParseOptions, store: RecordStore) {
    this.#options = options;
    this.#defaultTtl = options.defaultTtl ?? -1;
    this.store = store;
  }

  parsed(): ParsedZone {
    return { store: this.store, zoneClass: this.zoneClass ?? CLASS_IN };
  }

  /** Whether records of this class, if any is stated, go with those that were read. */
  hasClass(recordClass: number | undefined): boolean {
    if (recordClass === undefined) return true;
    this.zoneClass ??= recordClass;
    return recordClass === this.zoneClass;
  }

  readFile(source: SourceFile, origin: Uint8Array | undefined): void {
    this.#openFiles.push(source.file);
    this.store.enterFile(source.file);
    this.#readEntries(tokenizer(source, origin));
    this.#openFiles.pop();
  }

  /**
   * Reads a stretch of a file that begins with an entry of its own owner, and ends before another.
   * @param line the first line of the stretch
   * @returns the state behind it and the line that comes next
   */
  readStretch(
    source: SourceFile,
    { origin, defaultTtl, ttlDirective }: ParseState,
    line: number,
  ): { readonly state: ParseState; readonly nextLine: number } {
    [this.#defaultTtl, this.#ttlDirective] = [defaultTtl, ttlDirective];
    const tokens = tokenizer(source, origin);
    tokens.continueFrom(line);
    this.#openFiles = [source.file];
    this.#readEntries(tokens);
    return {
      state: { origin: tokens.origin, defaultTtl: this.#defaultTtl, ttlDirective: this.#ttlDirective },
      nextLine: tokens.nextLine,
    };
  }

  #readEntries(tokens: Tokenizer): void {
    for (;;) {
      try {
        while (tokens.nextRecord()) this.#readEntry(tokens);
        return;
      } catch (error) {
        const located = tokens.located(error);
        const { onError } = this.#options;
        if (onError === undefined || !(located instanceof ZonewrightError)) throw located;
        onError(located);
        tokens.recover();
      }
    }
  }

  #readEntry(tokens: Tokenizer): void {
    if (!tokens.leadingBlank) {
      tokens.next();
      if (tokens.bytes[tokens.start] === DOLLAR && !tokens.quoted) {
        this.#readDirective(tokens);
        return;
      }
      this.#readOwner(tokens);
    } else if (this.#owner < 0) {
      tokens.next();
      throw tokens.error('syntax/no-owner', 'the first record has no owner name', {
        hint: 'write the name at the very start of the line, without white space before it',
      });
    }
    this.#readRecord(tokens);
  }

  /** The current token as the owner. It often says what the entry before says. */
  #readOwner(tokens: Tokenizer): void {
    if (this.#isOwnerAgain(tokens)) return;
    const end = tokens.currentName(this.#ownerWire, 0);
    this.#owner = this.store.nextOwner(this.#ownerWire, 0, end);
    this.#ownerTokens = tokens.quoted ? undefined : tokens;
    this.#ownerOrigin = tokens.origin;
    this.#ownerStart = tokens.start;
    this.#ownerEnd = tokens.end;
  }

  #isOwnerAgain(tokens: Tokenizer): boolean {
    const { bytes, start, end } = tokens;
    const before = this.#ownerStart;
    if (
      tokens !== this.#ownerTokens ||
      tokens.origin !== this.#ownerOrigin ||
      end - start !== this.#ownerEnd - before ||
      tokens.quoted
    )
      return false;
    for (let i = end - start - 1; i >= 0; i--) if (bytes[start + i] !== bytes[before + i]) return false;
    return true;
  }

  #readRecord(tokens: Tokenizer): void {
    if (!this.#isHeadAgain(tokens)) this.#readHead(tokens);
    const { store } = this;
    const type = this.#type;
    let ttl = this.#ttl;
    const line = tokens.recordLine;
    const rdataStart = store.rdata.length;
    parseRdata(type, tokens, store.rdata);
    if (ttl >= 0) {
      if (!this.#ttlDirective) this.#defaultTtl = ttl;
    } else ttl = this.#impliedTtl(tokens, type, rdataStart);
    store.add(this.#owner, type, ttl, rdataStart, line);
  }

  /** Whether the record has TTL, class and type written as those that were read last, which are then passed over. */
  #isHeadAgain(tokens: Tokenizer): boolean {
    return (
      tokens === this.#headTokens && tokens.nextAgain(this.#headStart, this.#headEnd, this.#headTypeStart)
    );
  }

  /** Reads `[ttl] [class] type`, TTL and class in either order. */
  #readHead(tokens: Tokenizer): void {
    const { bytes } = tokens;
    let first = -1;
    let ttl = -1;
    let classSeen = false;
    let type = -1;
    while (type < 0) {
      tokens.need('the record type');
      const { start, end } = tokens;
      if (first < 0) first = start;
      if (ttl < 0) {
        const digit = bytes[start]!;
        if (digit >= 48 && digit <= 57) {
          ttl = this.#checkedTtl(tokens);
          continue;
        }
      }
      if (!classSeen) {
        const recordClass = findClass(bytes, start, end);
        if (recordClass >= 0) {
          this.#checkClass(tokens, recordClass);
          classSeen = true;
          continue;
        }
      }
      type = findType(bytes, start, end);
      if (type < 0) throw unknownType(tokens);
    }
    [this.#ttl, this.#type] = [ttl, type];
    this.#headTokens = tokens.isPlain(first, tokens.end) ? tokens : undefined;
    [this.#headStart, this.#headEnd, this.#headTypeStart] = [first, tokens.end, tokens.start];
  }

  #checkedTtl(tokens: Tokenizer): number {
    const ttl = parseTtl(tokens.bytes, tokens.start, tokens.end);
    if (ttl < 0)
      throw tokens.error('syntax/ttl', `"${tokens.text()}" is neither a TTL nor a class nor a type`);
    if (ttl > MAX_TTL) {
      throw tokens.error(
        'syntax/ttl',
        `the TTL ${tokens.text()} is larger than 2147483647 (RFC 2181 section 8)`,
      );
    }
    return ttl;
  }

  #checkClass(tokens: Tokenizer, recordClass: number): void {
    if (this.hasClass(recordClass)) return;
    throw tokens.error(
      'zone/class',
      `a record of class ${className(recordClass)} in a zone of class ${className(this.zoneClass ?? CLASS_IN)}`,
    );
  }

  #impliedTtl(tokens: Tokenizer, type: number, rdataStart: number): number {
    if (this.#defaultTtl >= 0) return this.#defaultTtl;
    const { store } = this;
    if (type !== Type.SOA) {
      store.rdata.length = rdataStart;
      throw tokens.error('zone/no-ttl', 'the record has no TTL, and none was stated before it', {
        hint: 'put "$TTL 3600" on the first line of the file',
      });
    }
    const { bytes, length } = store.rdata;
    const minimum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(length - 4);
    this.#defaultTtl = Math.min(minimum, MAX_TTL);
    this.#ttlDirective = true;
    this.#options.warn?.(
      `no TTL is stated: the SOA minimum of ${this.#defaultTtl} is taken`,
      tokens.location(),
    );
    return this.#defaultTtl;
  }

  #readDirective(tokens: Tokenizer): void {
    switch (tokens.text().toUpperCase()) {
      case '$ORIGIN':
        tokens.origin = this.#nameArgument(tokens, 'the origin');
        break;
      case '$TTL':
        tokens.need('the TTL');
        this.#defaultTtl = this.#checkedTtl(tokens);
        this.#ttlDirective = true;
        break;
      case '$INCLUDE':
        this.#include(tokens);
        return;
      case '$GENERATE':
        this.#generate(tokens);
        return;
      default:
        throw tokens.error('syntax/directive', `the directive ${tokens.text()} is unknown`, {
          hint: '$ORIGIN, $TTL, $INCLUDE and $GENERATE are known',
        });
    }
    tokens.finishRecord();
  }

  #nameArgument(tokens: Tokenizer, what: string): Uint8Array {
    tokens.need(what);
    const target = new Uint8Array(MAX_NAME_LENGTH + 1);
    return target.slice(0, tokens.currentName(target, 0));
  }

  /** `$INCLUDE path [origin]`; origin, owner and TTL are as before behind it (RFC 1035 section 5.1). */
  #include(tokens: Tokenizer): void {
    tokens.need('the file to include');
    const path = tokens.unescapedText();
    const location = tokens.location();
    const origin = tokens.next()
      ? (tokens.unread(), this.#nameArgument(tokens, 'the origin'))
      : tokens.origin;
    tokens.finishRecord();
    const { include } = this.#options;
    if (include === undefined)
      throw inputError('zone/include', '$INCLUDE is not possible here', { location });
    let source: SourceFile;
    try {
      source = include(path, tokens.file);
    } catch (error) {
      throw locatedAt(error, () => location);
    }
    if (this.#openFiles.includes(source.file)) {
      throw inputError(
        'zone/include-loop',
        `${source.file} includes itself: ${[...this.#openFiles, source.file].join(' > ')}`,
        {
          location,
        },
      );
    }
    if (this.#openFiles.length >= MAX_INCLUDE_DEPTH) {
      throw inputError('zone/include-depth', `$INCLUDE is nested more than ${MAX_INCLUDE_DEPTH} files deep`, {
        location,
      });
    }
    const [owner, ttl, ttlDirective] = [this.#owner, this.#defaultTtl, this.#ttlDirective];
    this.readFile(source, origin);
    this.#owner = owner;
    // A TTL from a file that only holds the zone's header stays.
    if (ttl >= 0) [this.#defaultTtl, this.#ttlDirective] = [ttl, ttlDirective];
    this.store.enterFile(tokens.file);
  }

  #generate(tokens: Tokenizer): void {
    const { line } = tokens;
    for (const text of expandGenerate(tokens)) {
      const entry = tokenizer({ file: tokens.file, bytes: text }, tokens.origin);
      entry.continueFrom(line);
      try {
        while (entry.nextRecord()) this.#readEntry(entry);
      } catch (error) {
        throw entry.located(error);
      }
    }
  }
}

/** A tokenizer that takes no origin for what it is, not for the root. */
function tokenizer({ file, bytes }: SourceFile, origin: Uint8Array | undefined): Tokenizer {
  const tokens = new Tokenizer(bytes, file);
  tokens.origin = origin;
  return tokens;
}

function unknownType(tokens: Tokenizer): ZonewrightError {
  const word = tokens.text();
  return tokens.error('syntax/type', `"${word}" is not a record type that is known`, {
    hint: 'types without a name are written as TYPE12345 \\# length hexdigits (RFC 3597)',
  });
}
