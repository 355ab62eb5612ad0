import { NO_FILE, type Ledger } from './ledger.ts';

/**
 * Whether the newest version has the serial of one before it, as it must where nobody can sign the SOA anew: secondaries do not fetch it
 * by themselves, and that it was written is no evidence that it is served.
 */
export function keepsSerial({ publications }: Ledger): boolean {
  const newest = publications.at(-1);
  return publications
    .slice(0, -1)
    .some(
      ({ serial, digest, elsewhere }) =>
        serial === newest?.serial && digest !== newest.digest && digest !== NO_FILE && elsewhere !== true,
    );
}
