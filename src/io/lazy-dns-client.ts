import type { DnsClient } from '../dnssec/dns-client.ts';

/** A DNS client whose code is loaded when somebody first asks. */
export function lazyDnsClient(): DnsClient {
  let loading: Promise<DnsClient> | undefined;
  const load = (): Promise<DnsClient> =>
    (loading ??= import('./dns-client/dns-client.ts').then(({ dnsClient }) => dnsClient()));
  return {
    ask: async (...question) => (await load()).ask(...question),
    resolvers: async () => (await load()).resolvers(),
  };
}
