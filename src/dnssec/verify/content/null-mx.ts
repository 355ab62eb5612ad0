import { Type } from '../../../rr/registry.ts';
import { OwnerStatus } from '../../../zone/zone.ts';
import { u16At } from '../../rrsig.ts';
import type { VerifyContext } from '../context.ts';

const EXCHANGE = 2;

/** Checks MX records that say that a name takes no mail: such a record stands alone, with the preference 0 (RFC 7505 section 3). */
export function checkNullMx(context: VerifyContext): void {
  const { zone } = context;
  const { rdata, rdataOffsets } = zone.store;
  for (const rrset of zone.rrsetsOfType(Type.MX)) {
    const rank = zone.rrsetOwners[rrset]!;
    if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative) continue;
    const records = zone.recordsOf(rrset);
    const none = records.find((record) => rdata.bytes[rdataOffsets[record]! + EXCHANGE] === 0);
    if (none === undefined) continue;
    const place = { owner: zone.ownerOf(rank), type: Type.MX, record: none };
    const preference = u16At(rdata.bytes, rdataOffsets[none]!);
    if (records.length > 1)
      context.report('zone/null-mx', place, { found: `${records.length} MX records`, expected: 'one' });
    else if (preference !== 0)
      context.report('zone/null-mx', place, { found: `preference ${preference}`, expected: '0' });
  }
}
