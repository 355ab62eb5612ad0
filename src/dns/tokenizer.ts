import { inputError, locatedAt, type ErrorDetails, type ZonewrightError } from '../errors.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { encodeName, escapeLength, MAX_LABEL_LENGTH, MAX_NAME_LENGTH, ROOT, unescapeAt } from './name.ts';

const ORDINARY = 0;
const BLANK = 1;
const NEWLINE = 2;
const COMMENT = 3;
const OPEN = 4;
const CLOSE = 5;
const QUOTE = 6;
const BACKSLASH = 7;

const CHARACTER_CLASS = new Uint8Array(256);
for (const [characters, characterClass] of [
  [' \t\r', BLANK],
  ['\n', NEWLINE],
  [';', COMMENT],
  ['(', OPEN],
  [')', CLOSE],
  ['"', QUOTE],
  ['\\', BACKSLASH],
] as const) {
  for (const character of characters) CHARACTER_CLASS[character.charCodeAt(0)] = characterClass;
}

/** What octets are in a name that stands as it is in wire form, label by label. */
const PLAIN = 0;
const DOT = 1;
const NAME_END = 2;
const SPECIAL = 3;

const NAME_CLASS = CHARACTER_CLASS.map((characterClass) =>
  characterClass === ORDINARY
    ? PLAIN
    : characterClass === BLANK || characterClass === NEWLINE
      ? NAME_END
      : SPECIAL,
);
NAME_CLASS['.'.charCodeAt(0)] = DOT;

const AT_SIGN = 64;
const EQUALS = 61;

/**
 * Cuts the octets of a master file into tokens (RFC 1035 section 5.1), in place and without a string each.
 *
 * `nextRecord` moves to the next entry, `next` to its next token, which is then `bytes[start, end)`. Parentheses and comments never show.
 */
export class Tokenizer {
  readonly bytes: Uint8Array;
  /** How messages name the input. */
  readonly file: string;
  /** What relative names are completed with; undefined where they are errors. */
  origin: Uint8Array | undefined;
  /** The current token: where it starts and ends (quotes not included), whether it was quoted, whether it has a backslash. */
  start = 0;
  end = 0;
  quoted = false;
  escaped = false;
  /** Whether the current entry's first line starts with white space, so that its owner is that of the entry before. */
  leadingBlank = false;
  /** The line of the current token and of the entry's first token, from 1. */
  line = 1;
  recordLine = 1;
  /** Where in `bytes` the next token is looked for. */
  position = 0;

  #depth = 0;
  #openLine = 0;
  #openPosition = 0;
  #nextLine = 1;
  #unread = false;
  #atEnd = false;
  /** Whether `nextRecord` was called: the first entry has none before it to pass over. */
  #entered = false;

  constructor(bytes: Uint8Array, file: string, origin: Uint8Array | undefined = ROOT) {
    this.bytes = bytes;
    this.file = file;
    this.origin = origin;
    // UTF-8 byte order mark: editors leave it, nobody means it.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.position = 3;
  }

  /** Moves to the next entry that has a token, passing over blank lines and what is left of the current entry; false at the end. */
  nextRecord(): boolean {
    if (this.#entered) while (this.next());
    this.#entered = true;
    const { bytes } = this;
    for (;;) {
      if (this.position < bytes.length && bytes[this.position] === 10) {
        this.position++;
        this.#nextLine++;
      }
      if (this.position >= bytes.length) return false;
      this.leadingBlank = CHARACTER_CLASS[bytes[this.position]!] === BLANK;
      this.#atEnd = false;
      if (this.next()) {
        this.recordLine = this.line;
        this.unread();
        return true;
      }
    }
  }

  /**
   * Moves to the next token of the entry; false when there is none.
   * @param parameter whether `key="a value"` is one token (RFC 9460 section 2.1), with its quotes kept inside
   */
  next(parameter = false): boolean {
    if (this.#unread) {
      this.#unread = false;
      return true;
    }
    if (this.#atEnd) return false;
    const { bytes } = this;
    const limit = bytes.length;
    let position = this.position;
    for (; position < limit; position++) {
      switch (CHARACTER_CLASS[bytes[position]!]) {
        case BLANK:
          continue;
        case NEWLINE:
          if (this.#depth === 0) return this.#finish(position);
          this.#nextLine++;
          continue;
        case COMMENT:
          while (position < limit && bytes[position] !== 10) position++;
          position--;
          continue;
        case OPEN:
          if (this.#depth++ === 0) {
            this.#openLine = this.#nextLine;
            this.#openPosition = position;
          }
          continue;
        case CLOSE:
          if (this.#depth === 0) {
            this.start = this.position = position;
            this.line = this.#nextLine;
            throw this.error('syntax/parenthesis', 'a closing parenthesis has no opening one');
          }
          this.#depth--;
          continue;
        case QUOTE:
          return this.#quotedToken(position);
        default:
          return this.#word(position, parameter);
      }
    }
    if (this.#depth > 0) {
      this.position = limit;
      this.start = this.end = this.#openPosition;
      this.line = this.#openLine;
      throw this.error('syntax/parenthesis', 'an opening parenthesis is never closed', {
        hint: 'close it with ")" before the file ends',
      });
    }
    return this.#finish(position);
  }

  /**
   * Passes over tokens that are written as `bytes[start, end)`, which are whole tokens on one line and have no special characters; the last of them,
   * which starts at `lastStart`, is then the current token. False, and nothing passed, where something else comes next.
   */
  nextAgain(start: number, end: number, lastStart: number): boolean {
    const { bytes } = this;
    let at = this.#unread ? this.start : this.position;
    while (CHARACTER_CLASS[bytes[at]!] === BLANK) at++;
    for (let i = start; i < end; i++, at++) if (bytes[at] !== bytes[i]) return false;
    if (CHARACTER_CLASS[bytes[at]!] !== BLANK) return false;
    this.#unread = false;
    this.#setWord(at - (end - lastStart), at);
    return true;
  }

  /** Whether `bytes[start, end)` has no special characters, so that it reads the same wherever it stands. */
  isPlain(start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      const characterClass = CHARACTER_CLASS[this.bytes[i]!];
      if (characterClass !== ORDINARY && characterClass !== BLANK) return false;
    }
    return true;
  }

  /** Whether a word that begins with an ordinary character comes next, behind nothing but blanks. */
  atOrdinary(): boolean {
    if (this.#unread || this.#atEnd) return false;
    const { bytes } = this;
    while (CHARACTER_CLASS[bytes[this.position]!] === BLANK) this.position++;
    return CHARACTER_CLASS[bytes[this.position]!] === ORDINARY;
  }

  /** Passes over the rest of the line on which reading failed, and forgets open parentheses. */
  recover(): void {
    this.#unread = false;
    this.#depth = 0;
    while (this.position < this.bytes.length && this.bytes[this.position] !== 10) this.position++;
    this.#atEnd = true;
  }

  /** Makes messages speak of lines from `line` on, for text that is part of another text or stands for one line of it. */
  continueFrom(line: number): void {
    this.#nextLine = line;
  }

  /** The line behind the last newline that was passed. */
  get nextLine(): number {
    return this.#nextLine;
  }

  /** Gives the current token again at the next call of `next`. */
  unread(): void {
    this.#unread = true;
  }

  /** Moves to the next token, or says that `what` is missing. */
  need(what: string): void {
    if (!this.next()) throw this.#missing(what);
  }

  /** Refuses anything that is left of the entry. */
  finishRecord(): void {
    if (this.next())
      throw this.error('syntax/trailing', `"${this.text()}" is left over behind the end of the record`);
  }

  /** The current token as text, escapes as they stand. */
  text(): string {
    let text = '';
    // Piece by piece: a call takes some ten thousands of arguments at the most.
    for (let i = this.start; i < this.end; i += 4096)
      text += String.fromCharCode(...this.bytes.subarray(i, Math.min(i + 4096, this.end)));
    return text;
  }

  /** The current token as text, escapes resolved. */
  unescapedText(): string {
    const out = new ByteBuffer(this.end - this.start);
    this.unescape(out);
    return new TextDecoder().decode(out.copy());
  }

  /** The next token as an unsigned decimal integer of at most `maximum`. */
  integer(what: string, maximum: number): number {
    this.need(what);
    return this.currentInteger(what, maximum);
  }

  /** The current token as an unsigned decimal integer of at most `maximum`. */
  currentInteger(what: string, maximum: number): number {
    let value = 0;
    for (let i = this.start; i < this.end; i++) {
      const digit = this.bytes[i]! - 48;
      if (digit < 0 || digit > 9)
        throw this.error('syntax/number', `${what} must be a number, not "${this.text()}"`);
      value = value * 10 + digit;
      if (value > maximum)
        throw this.error('syntax/number', `${what} is ${this.text()}, but ${maximum} at the most`);
    }
    if (this.start === this.end) throw this.error('syntax/number', `${what} is empty`);
    return value;
  }

  /** The next token as a domain name, appended to `out` in wire form. `@` is the origin. */
  name(what: string, out: ByteBuffer): void {
    out.reserve(MAX_NAME_LENGTH + 1);
    if (this.#plainName(out)) return;
    this.need(what);
    out.length = this.currentName(out.bytes, out.length);
  }

  /** The current token as a domain name in wire form at `target[at]` (room for 256 octets). Returns the position behind it. */
  currentName(target: Uint8Array, at: number): number {
    if (this.end - this.start === 1 && this.bytes[this.start] === AT_SIGN && !this.quoted) {
      if (this.origin === undefined) throw this.error('name/relative', '"@" stands where no origin is known');
      target.set(this.origin, at);
      return at + this.origin.length;
    }
    return encodeName(this.bytes, this.start, this.end, this.origin, target, at);
  }

  /**
   * The next token as a domain name, if it is absolute, lawful and without special characters: then an octet of text becomes one of wire form, each
   * dot the length of the label behind it.
   */
  #plainName(out: ByteBuffer): boolean {
    if (!this.atOrdinary()) return false;
    const { bytes, position: start } = this;
    const target = out.bytes;
    const limit = Math.min(start + MAX_NAME_LENGTH, bytes.length);
    let lengthAt = out.length;
    let at = lengthAt + 1;
    let position = start;
    let nameClass = SPECIAL;
    for (; position < limit; position++, at++) {
      const octet = bytes[position]!;
      nameClass = NAME_CLASS[octet]!;
      if (nameClass === PLAIN) {
        target[at] = octet;
        continue;
      }
      if (nameClass !== DOT) break;
      const length = at - lengthAt - 1;
      if (length === 0 || length > MAX_LABEL_LENGTH) return false;
      target[lengthAt] = length;
      lengthAt = at;
    }
    if (nameClass !== NAME_END || lengthAt !== at - 1) return false;
    target[lengthAt] = 0;
    out.length = at;
    this.#setWord(start, position);
    return true;
  }

  /** Appends the octets that the current token stands for, escapes resolved, to `out`. Returns how many there are. */
  unescape(out: ByteBuffer): number {
    const { bytes, end } = this;
    const before = out.length;
    if (!this.escaped) out.append(bytes, this.start, end);
    else {
      out.reserve(end - this.start);
      for (let i = this.start; i < end;) {
        const octet = bytes[i]!;
        if (octet === 92) {
          out.u8(unescapeAt(bytes, i, end));
          i += escapeLength(bytes, i);
        } else {
          out.u8(octet);
          i++;
        }
      }
    }
    return out.length - before;
  }

  /** An error about the current token. */
  error(code: string, message: string, details: ErrorDetails = {}): ZonewrightError {
    return inputError(code, message, { ...details, location: this.location() });
  }

  /** The same error with the place of the current token, if it has none yet. */
  located(error: unknown): unknown {
    return locatedAt(error, () => this.location());
  }

  location(): { file: string; line: number; column: number } {
    let lineStart = this.start;
    while (lineStart > 0 && this.bytes[lineStart - 1] !== 10) lineStart--;
    return { file: this.file, line: this.line, column: this.start - lineStart + 1 };
  }

  #finish(position: number): false {
    this.position = position;
    this.#atEnd = true;
    return false;
  }

  #missing(what: string): ZonewrightError {
    this.start = this.end = this.position;
    this.line = this.#nextLine;
    return this.error('syntax/missing', `${what} is missing`);
  }

  /** Makes `bytes[start, end)`, a word without escapes, the current token. */
  #setWord(start: number, end: number): void {
    this.start = start;
    this.end = this.position = end;
    this.line = this.#nextLine;
    this.quoted = false;
    this.escaped = false;
  }

  #word(start: number, parameter: boolean): true {
    const { bytes } = this;
    const limit = bytes.length;
    let position = start;
    let escaped = false;
    this.start = this.position = start;
    this.line = this.#nextLine;
    this.quoted = false;
    for (; position < limit; position++) {
      const characterClass = CHARACTER_CLASS[bytes[position]!];
      if (characterClass === ORDINARY) continue;
      if (characterClass === BACKSLASH) {
        escaped = true;
        position++;
        if (position < limit && bytes[position] === 10) {
          throw this.error('syntax/bad-escape', 'a backslash at the end of a line escapes nothing');
        }
        continue;
      }
      if (parameter && characterClass === QUOTE && position > start && bytes[position - 1] === EQUALS) {
        position = this.#closingQuote(position);
        escaped = true;
        continue;
      }
      break;
    }
    this.end = Math.min(position, limit);
    this.position = this.end;
    this.escaped = escaped;
    return true;
  }

  #quotedToken(quote: number): true {
    this.start = this.position = quote;
    this.line = this.#nextLine;
    this.escaped = false;
    const closing = this.#closingQuote(quote);
    this.start = quote + 1;
    this.end = closing;
    this.position = closing + 1;
    this.quoted = true;
    return true;
  }

  /** Where the quote that opens at `quote` closes. */
  #closingQuote(quote: number): number {
    const { bytes } = this;
    for (let position = quote + 1; position < bytes.length; position++) {
      const octet = bytes[position]!;
      if (octet === 34) return position;
      if (octet === 10) break;
      if (octet === 92) {
        this.escaped = true;
        if (bytes[position + 1] !== 10) position++;
      }
    }
    throw this.error('syntax/quote', 'a quoted string is not closed on its line', {
      hint: 'close it with a double quote',
    });
  }
}
