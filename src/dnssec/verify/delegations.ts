import { Type } from '../../rr/registry.ts';
import { OwnerStatus } from '../../zone/zone.ts';
import { usableAlgorithm } from '../algorithms.ts';
import { digestTypeByNumber, readDs } from '../ds.ts';
import type { VerifyContext } from './context.ts';

const SHA1 = 1;

/** Checks the DS RRsets that the zone has for its children (RFC 4035 section 2.4). */
export function checkDelegations(context: VerifyContext): void {
  const { zone } = context;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const rrset = zone.findRrset(rank, Type.DS);
    if (rrset < 0) continue;
    const place = context.rrsetPlace(rank, rrset);
    if (rank === context.apex) context.report('ds/at-apex', place);
    else if (zone.ownerStatus[rank] === OwnerStatus.Authoritative) context.report('ds/no-delegation', place);
    else if (zone.ownerStatus[rank] === OwnerStatus.Delegation) checkDsRrset(context, rank, rrset);
  }
}

function checkDsRrset(context: VerifyContext, rank: number, rrset: number): void {
  const { zone } = context;
  let onlySha1 = true;
  for (let i = zone.rrsetRecords[rrset]!; i < zone.rrsetRecords[rrset + 1]!; i++) {
    const record = zone.records[i]!;
    const { keyTag, algorithm, digestType } = readDs(zone.store.rdataOf(record));
    onlySha1 &&= digestType === SHA1;
    if (digestTypeByNumber(digestType) !== undefined && usableAlgorithm(algorithm) !== undefined) continue;
    const place = { owner: zone.ownerOf(rank), type: Type.DS, record };
    context.report('ds/unsupported', place, { keyTag, algorithm, found: `digest type ${digestType}` });
  }
  if (onlySha1) {
    const details = { found: 'digest type 1', expected: 'digest type 2' };
    context.report('ds/deprecated-digest', context.rrsetPlace(rank, rrset), details);
  }
}
