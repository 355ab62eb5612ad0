import type { Ledger } from './ledger.ts';

/**
 * Whether the newest version has the serial of one before it, as it must where nobody can sign the SOA anew: secondaries do not fetch it
 * by themselves, and that it was written is no evidence that it is served.
 */
export function keepsSerial({ publications }: Ledger): boolean {
  const serial = publications.at(-1)?.serial;
  return publications.slice(0, -1).some((before) => before.serial === serial);
}
