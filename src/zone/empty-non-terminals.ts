import type { Zone } from './zone.ts';
import { OwnerStatus } from './zone.ts';

/** A name without records of its own that exists because names below it do (RFC 4592 section 2.2.2). */
export interface EmptyNonTerminal {
  /** In wire form. */
  readonly name: Uint8Array;
  /** Whether only insecure delegations are below it, so that an opt-out chain may leave it out (RFC 5155 section 7.1). */
  readonly optOut: boolean;
}

/**
 * The empty non-terminals of a zone, in no particular order. Names below a zone cut or a DNAME make none.
 * @param isInsecureDelegation whether the owner of a rank is a delegation without DS
 */
export function emptyNonTerminals(
  zone: Zone,
  isInsecureDelegation: (rank: number) => boolean,
): EmptyNonTerminal[] {
  const found = new Map<string, { name: Uint8Array; optOut: boolean }>();
  const { names } = zone.store;
  const { ownerStatus, origin } = zone;
  const { depths } = zone.owners;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    // Most stand right below the apex.
    if (depths[rank]! < 2 || ownerStatus[rank] === OwnerStatus.Occluded) continue;
    const id = zone.ownerNames[rank]!;
    const end = names.end(id);
    const wire = names.wire.bytes;
    let start = names.offsets[id]!;
    start += wire[start]! + 1;
    const insecure = isInsecureDelegation(rank);
    for (; end - start > origin.length; start += wire[start]! + 1) {
      if (zone.rankOf(wire, start) >= 0) break;
      const name = wire.slice(start, end);
      const key = String.fromCharCode(...name).toLowerCase();
      const known = found.get(key);
      if (known === undefined) found.set(key, { name, optOut: insecure });
      else if (known.optOut && !insecure) known.optOut = false;
      else break;
    }
  }
  return [...found.values()];
}
