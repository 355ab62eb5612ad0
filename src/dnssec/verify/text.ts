import { Type } from '../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../zone/zone.ts';
import type { VerifyContext } from './context.ts';

/** What a policy for senders of mail begins with (RFC 7208 section 4.5). */
const SPF_VERSION = /^v=spf1(?: |$)/i;

/** Checks policies for senders of mail: mail servers read those in TXT records alone, and only if there is one. */
export function checkText(context: VerifyContext): void {
  const { zone } = context;
  for (const type of [Type.TXT, Type.SPF]) {
    for (const rrset of zone.rrsetsOfType(type)) {
      const rank = zone.rrsetOwners[rrset]!;
      if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative) continue;
      const count = policyCount(zone, zone.findRrset(rank, Type.TXT));
      const place = context.rrsetPlace(rank, rrset);
      if (type === Type.SPF && count === 0) context.report('zone/spf-type', place);
      else if (type === Type.TXT && count > 1)
        context.report('zone/several-spf', place, { found: `${count} policies`, expected: 'one' });
    }
  }
}

function policyCount(zone: Zone, txt: number): number {
  return txt < 0 ? 0 : zone.rdatasOf(txt).filter((rdata) => SPF_VERSION.test(joined(rdata))).length;
}

/** The character strings of RDATA as one (RFC 7208 section 3.3). */
function joined(rdata: Uint8Array): string {
  let text = '';
  for (let at = 0; at < rdata.length; at += rdata[at]! + 1)
    text += String.fromCharCode(...rdata.subarray(at + 1, at + 1 + rdata[at]!));
  return text;
}
