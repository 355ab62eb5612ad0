import { Type } from '../rr/registry.ts';

/** RDATA that asks the parent to remove every DS (RFC 8078 section 4, as its erratum 5049 has it). */
export const DELETE_REQUESTS = {
  [Type.CDS]: Uint8Array.of(0, 0, 0, 0, 0),
  [Type.CDNSKEY]: Uint8Array.of(0, 0, 3, 0, 0),
} as const;
