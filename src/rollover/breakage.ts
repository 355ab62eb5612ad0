import { cachesAt, type Ledger } from './ledger.ts';
import type { Witness } from './proof.ts';
import { validate } from './validation.ts';

/**
 * A combination of what is known to have been served that validators refuse, and that caches may hold at `now` (epoch seconds): of several, one that
 * lasts longest. No step of a rollover makes one unless that was agreed to; a DS that was changed too early does, a stale one, or a zone that was forced.
 * @param isWritten whether versions count that were written, and of which nobody has said that all servers have them
 */
export function knownBreakage(
  { publications, parent }: Ledger,
  now: number,
  isWritten = false,
): Witness | undefined {
  const known = {
    publications: publications.filter(
      ({ established, written, elsewhere }) =>
        established !== undefined || (isWritten && written !== undefined && elsewhere !== true),
    ),
    parent: parent.filter(({ confirmed }) => confirmed),
  };
  if (known.parent.length === 0) return undefined;
  const caches = cachesAt(known, now);
  let last: Witness | undefined;
  for (const ds of caches.ds) {
    for (const keys of caches.keySets) {
      for (const data of caches.data) {
        const fault = validate(ds.value, keys.value, data.value);
        if (fault === undefined) continue;
        const parts = [
          { part: 'ds', ...ds },
          { part: 'keys', ...keys },
          // Whoever has no key that he trusts looks at no record.
          ...(fault.kind === 'data-not-signed' ? [{ part: 'data', ...data } as const] : []),
        ] as const;
        const until = Math.min(...parts.map((held) => held.until));
        if (last !== undefined && last.until >= until) continue;
        last = {
          fault,
          held: parts.map(({ part, source, until: end }) => ({ part, source, until: end })),
          until,
        };
      }
    }
  }
  return last;
}
