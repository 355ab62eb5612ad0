import { isWildcard, nameLength, nameToText } from '../../dns/name.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { checkZone, type ZoneProblem } from '../../zone/checks.ts';
import { OwnerStatus, type Zone } from '../../zone/zone.ts';
import type { Place, VerifyContext } from './context.ts';

/** Rules about zones that verification of a signed zone has more to say about. */
const TOLD_BY_OTHERS = new Set([
  'zone/no-soa',
  'zone/several-soas',
  'zone/no-ns',
  'zone/mixed-ttls',
  'zone/ds-at-apex',
  'zone/ds-without-delegation',
  'zone/cds-without-key',
  'zone/cds-delete-not-alone',
  'zone/weak-ds',
]);

/** Rules that servers load no zone against; what breaks others validates all the same. */
const KEEPS_FROM_LOADING = new Set([
  'zone/soa-not-at-apex',
  'zone/cname-and-other-data',
  'zone/singleton',
  'zone/dname-and-ns',
  'zone/record-too-large',
  'zone/nsec3-hash-length',
]);

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Checks the content of a signed zone beside DNSSEC. What validates is no error, unless servers do not load it. */
export function checkSignedContent(context: VerifyContext): void {
  for (const problem of checkZone(context.zone, { limit: NO_LIMIT })) {
    if (TOLD_BY_OTHERS.has(problem.code)) continue;
    const severity = KEEPS_FROM_LOADING.has(problem.code) ? problem.severity : 'warning';
    addProblem(context, { ...problem, severity });
  }
  checkNames(context);
}

/** Checks the content of a zone before it is signed. */
export function checkUnsignedContent(context: VerifyContext): void {
  for (const problem of checkZone(context.zone, { limit: NO_LIMIT })) addProblem(context, problem);
  for (const record of context.options.outOfZone ?? []) {
    const { names, owners, types } = context.zone.store;
    context.report('zone/out-of-zone', { owner: names.view(owners[record]!), type: types[record]!, record });
  }
  checkNames(context);
}

function addProblem(context: VerifyContext, problem: ZoneProblem): void {
  const { code, severity, message, location, owner, type = 'ANY', hint = '', reference } = problem;
  context.findings.push({
    code,
    severity,
    owner,
    type,
    found: '',
    expected: '',
    reference,
    meaning: message,
    cure: hint,
    ...(location === undefined ? {} : { location }),
  });
}

/** Where a type has the name of a host in its RDATA. */
const HOST_AT = new Map<number, number>([
  [Type.NS, 0],
  [Type.MX, 2],
  [Type.SRV, 6],
]);
const HOST_OWNERS = new Set<number>([Type.A, Type.AAAA, Type.MX]);

const HYPHEN = 0x2d;

/** The octets that labels of host names have (RFC 952, RFC 1123 section 2.1). */
const HOST_OCTET = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[a-z0-9-]/i.test(String.fromCharCode(octet)) ? 1 : 0,
);

/** Checks names that must be those of hosts, and what names refer to. */
function checkNames(context: VerifyContext): void {
  const { zone } = context;
  const { store } = zone;
  const bytes = store.rdata.bytes;
  const nameServers = zone.recordsOf(zone.apexRrset(Type.NS)).length;
  if (nameServers === 1) context.report('zone/single-ns', context.apexPlace(Type.NS));
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
    const type = zone.rrsetTypes[rrset]!;
    const hostAt = HOST_AT.get(type);
    const hasHostOwner = HOST_OWNERS.has(type);
    if (hostAt === undefined && !hasHostOwner && type !== Type.RP && type !== Type.TLSA) continue;
    const rank = zone.rrsetOwners[rrset]!;
    if (hasHostOwner && !isHostName(store.names.wire.bytes, store.names.offsets[zone.ownerNames[rank]!]!))
      context.report('zone/host-name', context.rrsetPlace(rank, rrset), {
        found: nameToText(zone.ownerOf(rank)),
      });
    if (type === Type.TLSA && !/^_\d+\._(?:tcp|udp|sctp)\./i.test(nameToText(zone.ownerOf(rank))))
      context.report('zone/tlsa-owner', context.rrsetPlace(rank, rrset));
    if (hostAt === undefined && type !== Type.RP) continue;
    for (const record of zone.recordsOf(rrset)) {
      const place: Place = { owner: zone.ownerOf(rank), type, record };
      const at = store.rdataOffsets[record]! + (hostAt ?? 0);
      if (type === Type.RP) checkRp(context, place, bytes, at);
      else if (type === Type.NS && isAddress(bytes, at))
        context.report('zone/ns-address', place, { found: nameToText(bytes, at) });
      else if (!isHostName(bytes, at))
        context.report('zone/host-name', place, { found: `${typeName(type)} ${nameToText(bytes, at)}` });
    }
  }
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

/** Whether the labels of a name are letters, digits and hyphens; a wildcard may stand before them. */
function isHostName(bytes: Uint8Array, start: number): boolean {
  let position = isWildcard(bytes, start) ? start + 2 : start;
  while (bytes[position] !== 0) {
    const end = position + 1 + bytes[position]!;
    if (bytes[position + 1] === HYPHEN || bytes[end - 1] === HYPHEN) return false;
    for (let i = position + 1; i < end; i++) if (HOST_OCTET[bytes[i]!] === 0) return false;
    position = end;
  }
  return true;
}

/** Whether a name begins like an IPv4 address, which became one by a relative name. */
function isAddress(bytes: Uint8Array, start: number): boolean {
  return /^\d{1,3}(?:\\?\.\d{1,3}){3}\./.test(nameToText(bytes, start));
}
