import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import { printName } from '../../dns/name.ts';
import type { Field } from '../field.ts';

/** An uncompressed domain name. */
export function domainName(name: string): Field {
  return {
    name,
    isName: true,
    parse: (tokens, out) => tokens.name(name, out),
    print: printNextName,
    skip: (rdata) => void rdata.name(),
  };
}

/** Appends the text of the name that comes next in `rdata`. */
export function printNextName(rdata: Cursor, out: ByteBuffer): void {
  printName(rdata.bytes, rdata.name(), out);
}
