/** Says what is wrong at an offset of a text. */
export type JsonFailure = (problem: string, offset: number) => Error;

/** Nesting that no document of ours comes near. */
const MAX_DEPTH = 64;

/** A string, a number or literal, or a mark. What stands in the quotes, or is a number, `JSON.parse` decides. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[-+.\w]+|[{}[\],:]/sy;
/** A string that means what stands in its quotes. */
const PLAIN_STRING = /^"[^"\\\0-\x1f]*"$/;
const SPACE = /[ \t\n\r]*/y;

/** Where a value stands below the one that holds it, by its key or index. */
interface Place {
  readonly parent: Place | undefined;
  readonly step: string | number;
}

type Content = string | number | boolean | null | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/**
 * A value in a JSON text, to be read as what it must be. Unlike what `JSON.parse` gives, it knows where it stands: an error names the path of
 * keys and the place in the text. A key that occurs twice, or that nobody asked for, is an error.
 */
export class JsonValue {
  readonly #content: Content;
  readonly #place: Place | undefined;
  readonly #offset: number;
  readonly #failure: JsonFailure;

  constructor(content: Content, place: Place | undefined, offset: number, failure: JsonFailure) {
    this.#content = content;
    this.#place = place;
    this.#offset = offset;
    this.#failure = failure;
  }

  /** The error that this value cannot be used. */
  error(problem: string): Error {
    const problemHere = this.#place === undefined ? problem : `${pathOf(this.#place)}: ${problem}`;
    return this.#failure(problemHere, this.#offset);
  }

  /** @param what how messages call what must be here */
  text(what = 'text', pattern?: RegExp): string {
    const content = this.#content;
    if (typeof content === 'string' && pattern?.test(content) !== false) return content;
    throw this.#unexpected(what);
  }

  integer(minimum: number, maximum: number): number {
    const content = this.#content;
    if (typeof content !== 'number' || !Number.isInteger(content)) throw this.#unexpected('a whole number');
    if (content < minimum) throw this.error(`${content} is less than ${minimum}`);
    if (content > maximum) throw this.error(`${content} is more than ${maximum}`);
    return content;
  }

  boolean(): boolean {
    if (typeof this.#content === 'boolean') return this.#content;
    throw this.#unexpected('true or false');
  }

  oneOf<T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.#content);
    if (found === undefined) throw this.#unexpected(`one of ${words.join(', ')}`);
    return found;
  }

  list<T>(read: (item: JsonValue) => T): T[] {
    if (!Array.isArray(this.#content)) throw this.#unexpected('a list');
    return (this.#content as readonly JsonValue[]).map((item) => read(item));
  }

  /** Reads the keys of an object. All that are there must be asked for. */
  object<T>(read: (fields: JsonFields) => T): T {
    const content = this.#content;
    if (!(content instanceof Map)) throw this.#unexpected('a mapping of keys to values');
    const values = content as ReadonlyMap<string, JsonValue>;
    const known = new Set<string>();
    const find = (name: string): JsonValue | undefined => {
      known.add(name);
      return values.get(name);
    };
    const result = read({
      get: (name) => {
        const value = find(name);
        if (value === undefined) throw this.error(`${name} is missing`);
        return value;
      },
      optional: (name, readValue) => {
        const value = find(name);
        return value === undefined ? undefined : readValue(value);
      },
    });
    for (const [name, value] of values) if (!known.has(name)) throw value.error('this key is unknown');
    return result;
  }

  #unexpected(what: string): Error {
    const content = this.#content;
    const found = Array.isArray(content)
      ? 'a list'
      : content instanceof Map
        ? 'a mapping of keys to values'
        : shortened(JSON.stringify(content));
    return this.error(`this must be ${what}, not ${found}`);
  }
}

/** The keys of an object. */
export interface JsonFields {
  /** The value of a key that must be there. */
  get(name: string): JsonValue;
  optional<T>(name: string, read: (value: JsonValue) => T): T | undefined;
}

/** Reads a JSON text (RFC 8259). */
export function parseJson(text: string, failure: JsonFailure): JsonValue {
  return new JsonParser(text, failure).document();
}

class JsonParser {
  readonly #text: string;
  readonly #failure: JsonFailure;
  #at = 0;

  constructor(text: string, failure: JsonFailure) {
    this.#text = text;
    this.#failure = failure;
  }

  document(): JsonValue {
    const value = this.#value(undefined, 0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#failure('there is more behind the end', this.#at);
    return value;
  }

  #value(place: Place | undefined, depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw this.#failure('this is nested too deeply', this.#at);
    const token = this.#next('a value');
    const offset = this.#at - token.length;
    return new JsonValue(this.#content(token, place, depth), place, offset, this.#failure);
  }

  #content(token: string, place: Place | undefined, depth: number): Content {
    if (token === '{') return this.#members(place, depth);
    if (token === '[') return this.#items(place, depth);
    return this.#decoded(token);
  }

  #members(parent: Place | undefined, depth: number): ReadonlyMap<string, JsonValue> {
    const members = new Map<string, JsonValue>();
    if (this.#isNext('}')) return members;
    do {
      const token = this.#next('a key in quotes');
      const name = token.startsWith('"') ? this.#decoded(token) : undefined;
      if (typeof name !== 'string') throw this.#misplaced(token, 'a key in quotes');
      if (members.has(name)) throw this.#failure(`the key ${token} is here twice`, this.#at - token.length);
      if (!this.#isNext(':')) throw this.#misplaced(this.#next('":"'), '":"');
      members.set(name, this.#value({ parent, step: name }, depth + 1));
    } while (this.#goesOn('}'));
    return members;
  }

  #items(parent: Place | undefined, depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    if (this.#isNext(']')) return items;
    do items.push(this.#value({ parent, step: items.length }, depth + 1));
    while (this.#goesOn(']'));
    return items;
  }

  /** Whether a list goes on with a comma, or ends. */
  #goesOn(end: string): boolean {
    const wanted = `"," or "${end}"`;
    const token = this.#next(wanted);
    if (token !== ',' && token !== end) throw this.#misplaced(token, wanted);
    return token === ',';
  }

  #decoded(token: string): string | number | boolean | null {
    if (PLAIN_STRING.test(token)) return token.slice(1, -1);
    try {
      return JSON.parse(token) as string | number | boolean | null;
    } catch {
      throw this.#misplaced(token, 'a value');
    }
  }

  #isNext(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #next(wanted: string): string {
    this.#skipSpace();
    TOKEN.lastIndex = this.#at;
    if (!TOKEN.test(this.#text)) {
      const isAtEnd = this.#at === this.#text.length;
      throw this.#failure(
        isAtEnd ? `the text ends where ${wanted} must be` : `this is not ${wanted}`,
        this.#at,
      );
    }
    const token = this.#text.slice(this.#at, TOKEN.lastIndex);
    this.#at = TOKEN.lastIndex;
    return token;
  }

  #misplaced(token: string, wanted: string): Error {
    return this.#failure(`this must be ${wanted}, not ${shortened(token)}`, this.#at - token.length);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }
}

function pathOf({ parent, step }: Place): string {
  const path = parent === undefined ? '' : pathOf(parent);
  if (typeof step === 'number') return `${path}[${step}]`;
  const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
  return path === '' ? name : `${path}.${name}`;
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
