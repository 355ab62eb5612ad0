import { LOWER_CASE, nameLength } from '../dns/name.ts';

const MANDATORY_KEY = 0;
const ALPN_KEY = 1;
const DOHPATH_KEY = 7;

/** Protocols that carry DNS (over TLS, QUIC and CoAP), and those over which dohpath says where DNS is (RFC 8484). */
const DIRECT_PROTOCOLS = new Set(['dot', 'doq', 'co', 'coap']);
const HTTP_PROTOCOL = /^(h2c?|h3|http\/.*)$/;

/** What is wrong with an SVCB record for DNS servers (RFC 9461); undefined for nothing, and for records of other services. */
export function findDnsServiceFault(owner: Uint8Array, rdata: Uint8Array): string | undefined {
  if (!isDnsService(owner) || isAliasMode(rdata)) return undefined;
  const parameters = readParameters(rdata);
  const alpn = parameters.get(ALPN_KEY);
  if (alpn === undefined) return 'the SVCB record of a DNS server has no alpn';
  const protocols = readStrings(alpn);
  if (protocols.some((protocol) => HTTP_PROTOCOL.test(protocol))) {
    if (!parameters.has(DOHPATH_KEY))
      return 'the SVCB record of a DNS server offers HTTP in alpn, but has no dohpath';
  } else if (!protocols.some((protocol) => DIRECT_PROTOCOLS.has(protocol))) {
    return 'the alpn of the SVCB record of a DNS server names no protocol that carries DNS';
  }
  return undefined;
}

/** Whether SVCB or HTTPS RDATA is in AliasMode and has parameters nevertheless. */
export function isAliasWithParameters(rdata: Uint8Array): boolean {
  return isAliasMode(rdata) && rdata.length > 2 + nameLength(rdata, 2);
}

/** The first key that "mandatory" names and that is not there, or -1. In AliasMode the parser lets it pass. */
export function findMissingMandatory(rdata: Uint8Array): number {
  const parameters = readParameters(rdata);
  const mandatory = parameters.get(MANDATORY_KEY) ?? new Uint8Array();
  for (let at = 0; at < mandatory.length; at += 2) {
    const key = (mandatory[at]! << 8) | mandatory[at + 1]!;
    if (!parameters.has(key)) return key;
  }
  return -1;
}

function isAliasMode(rdata: Uint8Array): boolean {
  return rdata[0] === 0 && rdata[1] === 0;
}

/** `_dns` or `_port._dns` in front (RFC 9461 section 3). */
function isDnsService(owner: Uint8Array): boolean {
  const second = owner[0]! + 1;
  return isDnsLabel(owner, 0) || (owner[1] === 95 && isDnsLabel(owner, second));
}

function isDnsLabel(name: Uint8Array, at: number): boolean {
  return (
    name[at] === 4 &&
    String.fromCharCode(...name.subarray(at + 1, at + 5).map((octet) => LOWER_CASE[octet]!)) === '_dns'
  );
}

function readParameters(rdata: Uint8Array): Map<number, Uint8Array> {
  const parameters = new Map<number, Uint8Array>();
  for (let at = 2 + nameLength(rdata, 2); at < rdata.length;) {
    const key = (rdata[at]! << 8) | rdata[at + 1]!;
    const length = (rdata[at + 2]! << 8) | rdata[at + 3]!;
    parameters.set(key, rdata.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parameters;
}

function readStrings(value: Uint8Array): string[] {
  const strings: string[] = [];
  for (let at = 0; at < value.length; at += value[at]! + 1) {
    strings.push(String.fromCharCode(...value.subarray(at + 1, at + 1 + value[at]!)));
  }
  return strings;
}
