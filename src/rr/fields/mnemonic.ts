import { MnemonicTable } from '../../dns/mnemonic-table.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import type { Field } from '../field.ts';
import { u16, u8 } from './integer.ts';

/** Words for numbers. Where several words have one number, the first is the one to print. */
export type Words = readonly (readonly [word: string, value: number])[];

/** An octet that text may give by one of `words`; printed as a number. */
export function mnemonicU8(name: string, words: Words): Field {
  const table = new MnemonicTable(words);
  return {
    ...u8(name),
    parse(tokens, out) {
      tokens.need(name);
      out.u8(numberOrMnemonic(name, tokens, table, 0xff));
    },
  };
}

/** An octet that is written as one of `words` where there is one for it, else as a number. */
export function wordU8(name: string, words: Words): Field {
  const print = wordPrinter(words);
  return { ...mnemonicU8(name, words), print: (rdata, out) => out.ascii(print(rdata.u8())) };
}

/** A 16 bit integer that is written as one of `words` where there is one for it, else as a number. */
export function wordU16(name: string, words: Words): Field {
  const table = new MnemonicTable(words);
  const print = wordPrinter(words);
  return {
    ...u16(name),
    parse(tokens, out) {
      tokens.need(name);
      out.u16(numberOrMnemonic(name, tokens, table, 0xffff));
    },
    print: (rdata, out) => out.ascii(print(rdata.u16())),
  };
}

/** The current token as a number of at most `maximum`, or as a word of `table`. */
export function numberOrMnemonic(
  name: string,
  tokens: Tokenizer,
  table: MnemonicTable,
  maximum: number,
): number {
  const first = tokens.bytes[tokens.start]!;
  if (first < 48 || first > 57) {
    const value = table.find(tokens.bytes, tokens.start, tokens.end);
    if (value >= 0) return value;
  }
  return tokens.currentInteger(name, maximum);
}

function wordPrinter(words: Words): (value: number) => string {
  const byValue = new Map<number, string>();
  for (const [word, value] of words) if (!byValue.has(value)) byValue.set(value, word);
  return (value) => byValue.get(value) ?? String(value);
}
