import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { ROOT } from '../../src/dns/name.ts';
import { Tokenizer } from '../../src/dns/tokenizer.ts';
import { MAX_TTL, parseTtl } from '../../src/dns/ttl.ts';
import { parseRdata } from '../../src/rr/rdata.ts';
import { findClass, findType } from '../../src/rr/registry.ts';

export interface SplitRecord {
  readonly type: number;
  readonly rdata: Uint8Array;
}

/** The records of `text`, each `[owner] [ttl] [class] type rdata`, without directives: what RDATA tests need of a master file. */
export function splitRecords(text: string, origin: Uint8Array = ROOT): SplitRecord[] {
  const tokens = new Tokenizer(new TextEncoder().encode(text), 'vector', origin);
  const records: SplitRecord[] = [];
  while (tokens.nextRecord()) {
    if (!tokens.leadingBlank) tokens.name('owner', new ByteBuffer());
    for (;;) {
      tokens.need('type');
      const { bytes, start, end } = tokens;
      const ttl = parseTtl(bytes, start, end);
      if (ttl > 2 * MAX_TTL + 1) throw tokens.error('syntax/ttl', 'the TTL is too large');
      if (ttl >= 0 || findClass(bytes, start, end) >= 0) continue;
      const type = findType(bytes, start, end);
      if (type < 0) throw tokens.error('syntax/type', `"${tokens.text()}" is no type`);
      const out = new ByteBuffer();
      parseRdata(type, tokens, out);
      records.push({ type, rdata: out.copy() });
      break;
    }
  }
  return records;
}
