import { MnemonicTable } from '../../dns/mnemonic-table.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import type { Field } from '../field.ts';
import { u16 } from './integer.ts';

const SEPARATOR = 124;

/** RFC 2535 section 7.1. */
const FLAGS = new MnemonicTable([
  ['NOCONF', 0x4000],
  ['NOAUTH', 0x8000],
  ['NOKEY', 0xc000],
  ['FLAG2', 0x2000],
  ['EXTEND', 0x1000],
  ['FLAG4', 0x0800],
  ['FLAG5', 0x0400],
  ['USER', 0],
  ['ZONE', 0x0100],
  ['HOST', 0x0200],
  ['NTYP3', 0x0300],
  ['FLAG8', 0x0080],
  ['FLAG9', 0x0040],
  ['FLAG10', 0x0020],
  ['FLAG11', 0x0010],
  ...Array.from({ length: 16 }, (_, signatory) => [`SIG${signatory}`, signatory] as const),
]);

/** The flags of a key, as a number or as mnemonics with `|` between them. */
export function keyFlags(name: string): Field {
  return {
    ...u16(name),
    parse(tokens, out) {
      tokens.need(name);
      out.u16(currentFlags(name, tokens));
    },
  };
}

function currentFlags(name: string, tokens: Tokenizer): number {
  const { bytes, end } = tokens;
  let flags = 0;
  for (let start = tokens.start; start <= end;) {
    let wordEnd = start;
    while (wordEnd < end && bytes[wordEnd] !== SEPARATOR) wordEnd++;
    const flag = FLAGS.find(bytes, start, wordEnd);
    if (flag < 0) return tokens.currentInteger(name, 0xffff);
    flags |= flag;
    start = wordEnd + 1;
  }
  return flags;
}
