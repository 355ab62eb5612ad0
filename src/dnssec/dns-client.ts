import { nameToText } from '../dns/name.ts';

/** Where DNS servers listen unless something else is said. */
export const DNS_PORT = 53;

/** Where a DNS server listens. */
export interface DnsServer {
  /** An IPv4 or IPv6 address. */
  readonly address: string;
  readonly port: number;
  /** The host that the address was found for, in wire form. */
  readonly host?: Uint8Array | undefined;
}

/** How messages name a server. */
export function serverText({ address, port, host }: DnsServer): string {
  const place = port === DNS_PORT ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return host === undefined ? place : `${nameToText(host)} (${place})`;
}

export interface DnsQuestion {
  /** In wire form. */
  readonly name: Uint8Array;
  readonly type: number;
}

export interface DnsRecord {
  /** In wire form, without compression. */
  readonly owner: Uint8Array;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Well-formed RDATA of the type, without compression. */
  readonly rdata: Uint8Array;
}

/** Response codes (RFC 1035 section 4.1.1). */
export const Rcode = { NoError: 0, NxDomain: 3 } as const;

/** What one server said to one question. */
export interface DnsAnswer {
  /** With the upper bits of EDNS (RFC 6891 section 6.1.3). */
  readonly rcode: number;
  /** Whether the server speaks for the zone itself (AA). */
  readonly authoritative: boolean;
  /** The records of class IN in each section; OPT has none. */
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export interface AskOptions {
  /** `tcp` where a forged answer would do harm: an off-path attacker cannot join a connection. Default: `udp`, which turns to TCP on truncation. */
  readonly transport?: 'udp' | 'tcp';
  /** Whether the server is to find the answer elsewhere (RD). */
  readonly recursion?: boolean;
}

/** Asks DNS servers. */
export interface DnsClient {
  /**
   * The answer of one server, in bounded time.
   * @throws ZonewrightError `dns/timeout`, `dns/unreachable` (`dns/no-route` where the address family does not work here), `dns/closed`, `dns/malformed`, `dns/mismatch`
   */
  ask(server: DnsServer, question: DnsQuestion, options?: AskOptions): Promise<DnsAnswer>;
  /** The recursive resolvers that this machine uses. */
  resolvers(): Promise<readonly DnsServer[]>;
}
