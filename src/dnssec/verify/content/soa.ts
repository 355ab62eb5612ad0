import { nameLength, nameToText } from '../../../dns/name.ts';
import { Class, Type } from '../../../rr/registry.ts';
import { TargetLookup, TargetStatus } from '../../../zone/target-lookup.ts';
import { readSoa } from '../../soa.ts';
import type { Place, VerifyContext } from '../context.ts';
import { isHostName } from './host-names.ts';

const AT_SIGN = 0x40;
const SPACE = 0x20;
const DELETE = 0x7f;

/** Seconds for which RFC 2308 section 5 has resolvers keep negative answers at the most. */
const LARGEST_NEGATIVE_TTL = 86400;
/** Seconds for which secondaries should survive without their primary: RFC 1912 section 2.2 has two weeks or more, registries one. */
const SMALLEST_EXPIRE = 604800;

/** Checks the SOA record of the zone: who keeps it, whom to write to, and its times. */
export function checkSoa(context: VerifyContext): void {
  const { zone } = context;
  const record = zone.recordsOf(zone.apexRrset(Type.SOA))[0];
  if (record === undefined) return;
  const place = context.apexPlace(Type.SOA);
  const rdata = zone.store.rdataOf(record);
  checkPrimary(context, place, rdata);
  const mailbox = nameLength(rdata);
  if (!isMailbox(rdata, mailbox))
    context.report('zone/soa-mailbox', place, { found: nameToText(rdata, mailbox) });
  checkTimes(context, place, rdata);
}

function checkPrimary(context: VerifyContext, place: Place, rdata: Uint8Array): void {
  if (context.zone.zoneClass !== Class.IN) return;
  const problem = rdata[0] === 0 ? 'no server' : PROBLEMS.get(new TargetLookup(context.zone).find(rdata, 0));
  if (problem === undefined) return;
  context.report('zone/soa-primary', place, { found: `${nameToText(rdata)}, ${problem}` });
}

const PROBLEMS = new Map<TargetStatus, string>([
  [TargetStatus.Alias, 'an alias'],
  [TargetStatus.NoAddress, 'without an address in this zone'],
]);

function checkTimes(context: VerifyContext, place: Place, rdata: Uint8Array): void {
  const { refresh, retry, expire, minimum } = readSoa(rdata);
  if (retry > refresh)
    context.report('zone/soa-times', place, {
      found: `RETRY ${retry}`,
      expected: `no more than REFRESH ${refresh}`,
    });
  if (expire <= refresh + retry)
    context.report('zone/soa-times', place, {
      found: `EXPIRE ${expire}`,
      expected: `more than REFRESH and RETRY, ${refresh + retry}`,
    });
  else if (expire < SMALLEST_EXPIRE)
    context.report('zone/soa-times', place, {
      found: `EXPIRE ${expire}`,
      expected: `at least ${SMALLEST_EXPIRE}`,
    });
  if (minimum > LARGEST_NEGATIVE_TTL)
    context.report('zone/soa-times', place, {
      found: `MINIMUM ${minimum}`,
      expected: `at most ${LARGEST_NEGATIVE_TTL}`,
    });
}

/** Whether a name is a mail address with a dot in place of its "@" (RFC 1035 section 8). */
function isMailbox(bytes: Uint8Array, start: number): boolean {
  const domain = start + 1 + bytes[start]!;
  if (bytes[start] === 0) return true;
  for (let i = start + 1; i < domain; i++) {
    const octet = bytes[i]!;
    if (octet <= SPACE || octet >= DELETE || octet === AT_SIGN) return false;
  }
  return isHostName(bytes, domain);
}
