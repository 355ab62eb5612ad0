import type { ByteBuffer } from '../dns/byte-buffer.ts';
import type { Cursor } from '../dns/cursor.ts';
import type { Tokenizer } from '../dns/tokenizer.ts';

/**
 * One field of RDATA: how it is written as text, as wire data, and how far it reaches.
 *
 * All three reject what is malformed with a `ZonewrightError` of kind `input`; `parse` takes exactly the tokens that are its own.
 */
export interface Field {
  /** The RFC's name for it, used in messages: `preference`, `exchange`. */
  readonly name: string;
  /** Whether its wire form is one domain name, which canonical form may write in lower case. */
  readonly isName?: true;
  /** Reads tokens, appends wire data. */
  parse(tokens: Tokenizer, out: ByteBuffer): void;
  /** Reads wire data, appends text. The caller puts one space between fields. */
  print(rdata: Cursor, out: ByteBuffer): void;
  /** Passes over the field's wire data, checking that it is well formed. */
  skip(rdata: Cursor): void;
}
