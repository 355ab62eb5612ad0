import { Type } from '../../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../../zone/zone.ts';
import type { VerifyContext } from '../context.ts';
import { findSpfFault } from './spf-syntax.ts';

/** What a policy for senders of mail begins with (RFC 7208 section 4.5). */
const SPF_VERSION = /^v=spf1(?: |$)/i;

/** Checks policies for senders of mail: mail servers read those in TXT records alone, and only if there is one, and it is well formed. */
export function checkSpf(context: VerifyContext): void {
  const { zone } = context;
  for (const type of [Type.TXT, Type.SPF]) {
    for (const rrset of zone.rrsetsOfType(type)) {
      const rank = zone.rrsetOwners[rrset]!;
      if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative) continue;
      const policies = policiesOf(zone, zone.findRrset(rank, Type.TXT));
      const place = context.rrsetPlace(rank, rrset);
      if (type === Type.SPF && policies.length === 0) context.report('zone/spf-type', place);
      if (type !== Type.TXT || policies.length === 0) continue;
      if (policies.length > 1)
        context.report('zone/several-spf', place, { found: `${policies.length} policies`, expected: 'one' });
      const fault = findSpfFault(policies[0]!);
      if (fault !== undefined) context.report('zone/spf-syntax', place, { found: fault });
    }
  }
}

function policiesOf(zone: Zone, txt: number): string[] {
  return txt < 0
    ? []
    : zone
        .rdatasOf(txt)
        .map(joined)
        .filter((text) => SPF_VERSION.test(text));
}

/** The character strings of RDATA as one (RFC 7208 section 3.3). */
function joined(rdata: Uint8Array): string {
  let text = '';
  for (let at = 0; at < rdata.length; at += rdata[at]! + 1)
    text += String.fromCharCode(...rdata.subarray(at + 1, at + 1 + rdata[at]!));
  return text;
}
