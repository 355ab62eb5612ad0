import { isAtOrBelow, nameToText } from '../../dns/name.ts';
import type { RecordStore } from '../record-store.ts';
import type { Severity } from './check.ts';
import { ProblemList, type ZoneProblem } from './problems.ts';

/** The records whose owner is neither the origin nor below it. A zone must be indexed without them. */
export function outOfZoneRecords(store: RecordStore, origin: Uint8Array): number[] {
  const { names, owners } = store;
  const outside = new Uint8Array(names.count);
  let found = false;
  for (let id = 0; id < names.count; id++) {
    if (isAtOrBelow(names.wire.bytes, names.offsets[id]!, origin)) continue;
    outside[id] = 1;
    found = true;
  }
  const records: number[] = [];
  if (!found) return records;
  for (let record = 0; record < store.count; record++)
    if (outside[owners[record]!] === 1) records.push(record);
  return records;
}

/** What to say of records that `outOfZoneRecords` found: errors, or warnings where they are dropped. */
export function outOfZoneProblems(
  store: RecordStore,
  origin: Uint8Array,
  records: readonly number[],
  severity: Severity,
  limit?: number,
): ZoneProblem[] {
  const list = new ProblemList(
    {
      code: 'zone/out-of-zone',
      severity,
      reference: 'RFC 1035 section 5.2',
      ...(severity === 'error' && {
        hint: 'check $ORIGIN and final dots, or drop such records with --drop-out-of-zone',
      }),
    },
    store,
    origin,
    limit,
  );
  const dropped = severity === 'warning' ? ' and is dropped' : '';
  for (const record of records)
    list.add(record, `the record is outside of the zone ${nameToText(origin)}${dropped}`);
  return list.problems();
}
