/** Names the directory in which a test run collects its secrets and what must have none of them. */
export const RECORD_VARIABLE = 'TEST_RUN_RECORD';

/** A line of the record, as JSON. */
export type RecordEntry =
  /** A private value in hexadecimal. */
  | { readonly kind: 'octets'; readonly value: string }
  /** A passphrase or a PIN. */
  | { readonly kind: 'word'; readonly value: string }
  /** What the program said, a file of it, or an error: each octet a character. */
  | { readonly kind: 'text'; readonly value: string; readonly origin: string };
