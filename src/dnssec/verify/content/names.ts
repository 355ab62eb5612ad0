import { isWildcard, nameLength, nameToText } from '../../../dns/name.ts';
import { Type, typeName } from '../../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../../zone/zone.ts';
import type { Place, VerifyContext } from '../context.ts';
import { isHostName, isReservedName } from './host-names.ts';

/** Where a type has the name of a host in its RDATA. */
const HOST_AT = new Map<number, number>([
  [Type.NS, 0],
  [Type.SOA, 0],
  [Type.MX, 2],
  [Type.RT, 2],
  [Type.AFSDB, 2],
  [Type.SRV, 6],
]);
const HOST_OWNERS = new Set<number>([Type.A, Type.AAAA, Type.MX]);
/** PTR records name hosts in zones of addresses; elsewhere services, too (RFC 6763 section 4.1). */
const ADDRESS_ZONE = /\.(?:in-addr|ip6)\.arpa\.$/;
/** Where Active Directory has the addresses of global catalogues. */
const GLOBAL_CATALOGUE = /^gc\._msdcs\./i;

const ASTERISK = 0x2a;

/** Checks names that must be those of hosts, and what names refer to. */
export function checkNames(context: VerifyContext): void {
  const { zone } = context;
  const { store } = zone;
  const bytes = store.rdata.bytes;
  checkWildcards(context);
  const hostAt = new Map(HOST_AT);
  if (ADDRESS_ZONE.test(`.${nameToText(zone.origin)}`)) hostAt.set(Type.PTR, 0);
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
    const type = zone.rrsetTypes[rrset]!;
    const at = hostAt.get(type);
    const hasHostOwner = HOST_OWNERS.has(type);
    if (at === undefined && !hasHostOwner && type !== Type.RP && type !== Type.TLSA) continue;
    const rank = zone.rrsetOwners[rrset]!;
    if (hasHostOwner) checkHostOwner(context, rank, rrset);
    if (type === Type.TLSA && !/^_\d+\._(?:tcp|udp|sctp)\./i.test(nameToText(zone.ownerOf(rank))))
      context.report('zone/tlsa-owner', context.rrsetPlace(rank, rrset));
    if (at === undefined && type !== Type.RP) continue;
    for (const record of zone.recordsOf(rrset)) {
      const place: Place = { owner: zone.ownerOf(rank), type, record };
      const start = store.rdataOffsets[record]! + (at ?? 0);
      if (type === Type.RP) checkRp(context, place, bytes, start);
      else checkHost(context, place, bytes, start);
    }
  }
}

function checkHostOwner(context: VerifyContext, rank: number, rrset: number): void {
  const { store, ownerNames } = context.zone;
  const { wire, offsets } = store.names;
  const start = offsets[ownerNames[rank]!]!;
  if (isHostName(wire.bytes, isWildcard(wire.bytes, start) ? start + 2 : start)) return;
  const found = nameToText(wire.bytes, start);
  if (!GLOBAL_CATALOGUE.test(found))
    context.report('zone/host-name', context.rrsetPlace(rank, rrset), { found });
}

function checkHost(context: VerifyContext, place: Place, bytes: Uint8Array, at: number): void {
  const { type } = place;
  const found = (): string => nameToText(bytes, at);
  if (type === Type.NS && isAddress(bytes, at)) context.report('zone/ns-address', place, { found: found() });
  else if (type === Type.MX && isAddress(bytes, at))
    context.report('zone/mx-address', place, { found: found() });
  else if (!isHostName(bytes, at))
    context.report('zone/host-name', place, { found: `${typeName(type)} ${found()}` });
  else if (isReservedName(bytes, at))
    context.report('zone/reserved-name', place, { found: `${typeName(type)} ${found()}` });
}

/** An asterisk that is not the first label makes no wildcard (RFC 4592 section 2.1.1). */
function checkWildcards(context: VerifyContext): void {
  const { zone } = context;
  const { wire, offsets } = zone.store.names;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative) continue;
    const start = offsets[zone.ownerNames[rank]!]!;
    if (!hasInnerAsterisk(wire.bytes, start)) continue;
    context.report('zone/inner-wildcard', context.rrsetPlace(rank, zone.ownerRrsets[rank]!), {
      found: nameToText(wire.bytes, start),
    });
  }
}

function hasInnerAsterisk(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] === 0) return false;
  let position = start + 1 + bytes[start]!;
  while (bytes[position] !== 0) {
    if (bytes[position] === 1 && bytes[position + 1] === ASTERISK) return true;
    position += bytes[position]! + 1;
  }
  return false;
}

function checkRp(context: VerifyContext, place: Place, bytes: Uint8Array, mailbox: number): void {
  const { zone } = context;
  const text = mailbox + nameLength(bytes, mailbox);
  if (bytes[text] === 0 || !isInside(zone, bytes, text)) return;
  const rank = zone.rankOf(bytes, text);
  if (zone.findRrset(rank, Type.TXT) >= 0 || zone.findRrset(rank, Type.CNAME) >= 0) return;
  context.report('zone/rp-text', place, { found: nameToText(bytes, text) });
}

/** Whether a name is one that the zone itself answers for. */
function isInside(zone: Zone, bytes: Uint8Array, start: number): boolean {
  const text = nameToText(bytes, start).toLowerCase();
  const origin = nameToText(zone.origin);
  if (text !== origin && !text.endsWith(origin === '.' ? '.' : `.${origin}`)) return false;
  for (let position = start; bytes[position] !== 0; position += bytes[position]! + 1) {
    const rank = zone.rankOf(bytes, position);
    if (rank >= 0 && zone.ownerStatus[rank] !== OwnerStatus.Authoritative) return false;
  }
  return true;
}

/** Whether a name begins like an IPv4 address, which became one by a relative name. */
function isAddress(bytes: Uint8Array, start: number): boolean {
  return /^\d{1,3}(?:\\?\.\d{1,3}){3}\./.test(nameToText(bytes, start));
}
