import type { Tokenizer } from '../dns/tokenizer.ts';

/** What one `$GENERATE` may make at the most: a typing error in a range must not fill the memory. */
const MAX_GENERATED = 1 << 24;
/** The range of C's int, which BIND counts with. */
const MAX_COUNTER = 0x7fffffff;

/**
 * Expands BIND's `$GENERATE start-stop[/step] owner [ttl] [class] type rdata`, whose range is the next token of `tokens`, to one text an entry.
 *
 * In owner and RDATA, `$` stands for the counter, `${offset,width,base}` for the counter plus an offset, padded with zeros, in base d, o, x, X
 * or as reversed nibbles (n, N); `$$` and `\$` stand for a dollar sign. RDATA with several words may stand in quotes.
 */
export function* expandGenerate(tokens: Tokenizer): Generator<Uint8Array> {
  tokens.need('the range of $GENERATE');
  const range = parseRange(tokens);
  tokens.need('the owner name of $GENERATE');
  const owner = parseTemplate(tokens, tokens.text());
  const words: string[] = [];
  let quotedWords = 0;
  while (tokens.next()) {
    const text = tokens.text();
    if (tokens.quoted) quotedWords++;
    words.push(tokens.quoted ? `"${text}"` : text);
  }
  if (words.length < 2)
    throw tokens.error('syntax/generate', '$GENERATE needs a range, an owner, a type and RDATA');
  const last = words.at(-1)!;
  if (quotedWords === 1 && last.startsWith('"'))
    words[words.length - 1] = last
      .slice(1, -1)
      .replace(/\\(.)/g, (escape, of) => (of === '"' ? '"' : escape));
  const rest = parseTemplate(tokens, words.join(' '));
  for (let counter = range.start; counter <= range.stop; counter += range.step) {
    const text = `${owner(counter)} ${rest(counter)}\n`;
    yield Uint8Array.from(text, (character) => character.charCodeAt(0));
  }
}

interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

function parseRange(tokens: Tokenizer): Range {
  const match = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(tokens.text());
  const [start, stop, step] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 1)];
  if (match === null || stop < start || step < 1 || stop > MAX_COUNTER) {
    throw tokens.error('syntax/generate', `"${tokens.text()}" is not a range`, {
      hint: 'write start-stop or start-stop/step',
    });
  }
  if ((stop - start) / step >= MAX_GENERATED) {
    throw tokens.error('syntax/generate', `$GENERATE makes more than ${MAX_GENERATED} records at once`);
  }
  return { start, stop, step };
}

type Template = (counter: number) => string;

function parseTemplate(tokens: Tokenizer, text: string): Template {
  const pieces: (string | Template)[] = [];
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\') {
      literal += text.slice(i, i + 2);
      i++;
    } else if (character !== '$') literal += character;
    else if (text[i + 1] === '$') {
      literal += '\\$';
      i++;
    } else {
      pieces.push(literal);
      literal = '';
      const modifier = /^\{(-?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}/.exec(text.slice(i + 1));
      if (modifier === null && text[i + 1] === '{') {
        throw tokens.error('syntax/generate', `"${text.slice(i)}" is not a $GENERATE modifier`, {
          hint: 'write ${offset}, ${offset,width} or ${offset,width,base} with base d, o, x, X, n or N',
        });
      }
      pieces.push(
        counterTemplate(tokens, Number(modifier?.[1] ?? 0), Number(modifier?.[2] ?? 0), modifier?.[3] ?? 'd'),
      );
      i += modifier?.[0].length ?? 0;
    }
  }
  pieces.push(literal);
  return (counter) => pieces.map((piece) => (typeof piece === 'string' ? piece : piece(counter))).join('');
}

function counterTemplate(tokens: Tokenizer, offset: number, width: number, base: string): Template {
  return (counter) => {
    const value = counter + offset;
    if (value > MAX_COUNTER || value < -MAX_COUNTER - 1)
      throw tokens.error('syntax/generate', `$GENERATE makes the number ${value}, which is out of range`);
    if (base === 'd') return value < 0 ? `-${pad(-value, width - 1)}` : pad(value, width);
    // C prints negative numbers as two's complement in these bases, and so does BIND.
    const digits = (value >>> 0).toString(base === 'o' ? 8 : 16);
    const text = base === 'n' || base === 'N' ? reversedNibbles(digits, width) : digits.padStart(width, '0');
    return base === 'X' || base === 'N' ? text.toUpperCase() : text;
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `1a2` becomes `2.a.1`; zeros are added until there are `width` characters, dots counted. */
function reversedNibbles(digits: string, width: number): string {
  const nibbles = digits
    .padStart(Math.ceil(width / 2), '0')
    .split('')
    .reverse()
    .join('.');
  return nibbles.length < width ? `${nibbles}.` : nibbles;
}
