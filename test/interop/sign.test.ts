import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Denial } from '../../src/dnssec/denial.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { describeWithPeers } from '../support/peers.ts';
import { DAY, NSEC, NSEC3, OPT_OUT, signText } from '../support/sign-text.ts';
import { newKey, type TestKey } from '../support/test-keys.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { peersComplaints, type VerifierName } from '../support/zone-verifiers.ts';
import { unindent, zoneToText } from '../support/zone-text.ts';

const ALGORITHMS = [8, 10, 13, 14, 15, 16];
const DENIALS: readonly (readonly [string, Denial])[] = [
  ['NSEC', NSEC],
  ['NSEC3', NSEC3],
  ['opt-out', OPT_OUT],
  ['salted NSEC3', { ...NSEC3, iterations: 3, salt: Uint8Array.of(0xca, 0xfe) }],
];
/** The peers look at their clocks. */
const NOW = Math.floor(Date.now() / 1000);

const keys = new Map<string, Promise<TestKey>>();

/** One key for each algorithm and role: RSA keys take their time. */
function keyOf(algorithm: number, role: 'ksk' | 'zsk'): Promise<TestKey> {
  const name = `${algorithm} ${role}`;
  if (!keys.has(name)) keys.set(name, newKey(algorithm, role, algorithm < 13 ? 2048 : undefined));
  return keys.get(name)!;
}

interface Case {
  readonly origin: string;
  readonly algorithms: readonly number[];
  readonly denial: Denial;
  readonly zonemd?: 1 | 2;
}

async function complaintsAbout(text: string, { origin, algorithms, denial, zonemd }: Case): Promise<string> {
  const roles = ['ksk', 'zsk'] as const;
  const { zone } = await signText(text, {
    origin,
    keys: await Promise.all(algorithms.flatMap((algorithm) => roles.map((role) => keyOf(algorithm, role)))),
    denial,
    now: NOW,
    jitter: DAY,
    serialPolicy: 'increment',
    ...(zonemd === undefined ? {} : { zonemd }),
  });
  const file = path.join(temporaryDirectory(), 'zone.signed');
  writeFileSync(file, zoneToText(zone));
  const ldns: VerifierName = zonemd === undefined ? 'ldns-verify-zone' : 'ldns-verify-zone -ZZZ';
  return peersComplaints(['dnssec-verify', ldns, 'kzonecheck'], file, origin);
}

/**
 * A little of everything that makes signing awkward.
 *
 * ldns before 1.9.0 never ends over a zone with ZONEMD if a name without NSEC3 has the first of all hashes (NLnetLabs/ldns issue 287): no
 * glue here has.
 */
const AWKWARD = unindent(`
  $TTL 3600
  @ IN SOA ns1 hostmaster 1 7200 3600 1209600 300
  @ IN NS ns1
  @ IN NS ns2.example.net.
  @ IN TXT "apex"
  @ IN CAA 0 issue "ca.example.net"
  @ IN TYPE65280 \\# 3 010203
  ns1 IN A 192.0.2.1
  NS1 IN AAAA 2001:db8::1
  Mixed.CASE IN MX 10 MAIL.Example.NET.
  *.wild IN TXT "wildcard"
  sub.*.wild IN TXT "below a wildcard"
  a.b.c.d IN A 192.0.2.2
  alias IN CNAME Mixed.Case
  redirected IN DNAME Target.Example.NET.
  redirected IN TXT "beside a DNAME"
  esc\\.aped.\\000\\255 IN TXT "octets"
  \\042 IN TXT "an asterisk in decimal is a wildcard like any"
  insecure IN NS ns.insecure
  ns.insecure IN A 192.0.2.3
  insecure.ent IN NS ns1
  secure.ent IN NS ns1
  secure.ent IN DS 4711 13 2 ${'ab'.repeat(32)}
  only.insecure.below IN NS ns1
  below.cut IN NS host.below.cut
  host.below.cut IN A 192.0.2.4
  deeper.host.below.cut IN A 192.0.2.5
  svc IN HTTPS 1 . alpn=h2
  types IN TYPE1234 \\# 0
  types IN TYPE65535 \\# 1 00
  types IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
  ttl 0 IN A 192.0.2.6
  ttl 2147483647 IN TXT "long"
`);

describeWithPeers(['dnssec-verify', 'ldns-verify-zone', 'kzonecheck'], 'peers accept an awkward zone', () => {
  const rows = ALGORITHMS.flatMap((algorithm) =>
    DENIALS.map(([name, denial]) => [algorithm, name, denial] as const),
  );
  test.each(rows)('algorithm %i, %s', async (algorithm, _, denial) => {
    expect(await complaintsAbout(AWKWARD, { origin: 'example.', algorithms: [algorithm], denial })).toBe('');
  });

  test.each(DENIALS)('two algorithms and ZONEMD, %s', async (_, denial) => {
    const signed = { origin: 'example.', algorithms: [8, 13], denial, zonemd: 2 } as const;
    expect(await complaintsAbout(AWKWARD, signed)).toBe('');
  });
});

describeWithCorpora('of real zones', (directory) => {
  describeWithPeers(['dnssec-verify', 'ldns-verify-zone', 'kzonecheck'], 'peers accept', () => {
    const read = (name: string): string => readFileSync(path.join(directory, 'real', name), 'utf8');
    const unsigned = 'root-2018031200-unsigned.zone';
    const signedBefore = 'root-2026010500.zone';
    const cases: readonly { file: string; how: string; algorithm: number; denial: Denial; zonemd?: 1 | 2 }[] =
      [
        ...[8, 10, 13, 14, 15, 16].flatMap((algorithm) =>
          DENIALS.map(([how, denial]) => ({ file: unsigned, how, algorithm, denial })),
        ),
        { file: unsigned, how: 'NSEC and ZONEMD', algorithm: 8, denial: NSEC, zonemd: 2 },
        ...[8, 10, 14, 15, 16].map((algorithm) => ({
          file: signedBefore,
          how: 'NSEC',
          algorithm,
          denial: NSEC,
        })),
        { file: signedBefore, how: 'NSEC and ZONEMD', algorithm: 13, denial: NSEC, zonemd: 1 },
        { file: signedBefore, how: 'opt-out', algorithm: 15, denial: OPT_OUT },
      ];
    test.each(cases)('$file with $how, algorithm $algorithm', async ({ file, algorithm, denial, zonemd }) => {
      const signed = { origin: '.', algorithms: [algorithm], denial, ...(zonemd && { zonemd }) };
      expect(await complaintsAbout(withoutDnskeys(read(file)), signed)).toBe('');
    });
  });
});

/** The signed root zone has the keys of its operator, which are none of ours. */
function withoutDnskeys(text: string): string {
  return text.replaceAll(/^\.\s+\d+\s+IN\s+DNSKEY\s.*\n/gm, '');
}
