import fc from 'fast-check';
import type { Denial } from '../../src/dnssec/denial.ts';
import { isAtOrBelow, nameFromText } from '../../src/dns/name.ts';
import { NSEC } from './sign-text.ts';

/** A zone that may be signed: no CNAME beside other data, nothing below a DNAME, glue where it has to be. */
export interface ArbitraryZone {
  readonly origin: string;
  /** Master file text with absolute names. */
  readonly text: string;
}

/** Few, so that names are often the same, or below each other: that makes delegations, glue and empty non-terminals. */
const label = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'A', 'c', 'z', 'Ab', 'aB', 'x-1', '_tcp') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a\\.b',
      '\\000',
      '\\255\\128',
      '\\"',
      '\\;',
      // ldns takes a name in RDATA that begins with an escaped @ for the origin.
      'a\\@b',
      '\\\\',
      'sp\\032ace',
      '0',
    ),
  },
  // ldns reads no name whose text is longer than 255 characters, escapes included.
  { weight: 1, arbitrary: fc.constantFrom('l'.repeat(63), '\\200'.repeat(10)) },
);

const below = (origin: string): fc.Arbitrary<string> =>
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.${origin}`);

const ttl = fc.oneof(fc.constantFrom(0, 300, 3600, 2147483647), fc.nat(100_000));
const u16 = fc.nat(65535);
const hex = (octets: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: octets, maxLength: octets }).map((bytes) => Buffer.from(bytes).toString('hex'));
const address = fc.nat(255).map((last) => `A 192.0.2.${last}`);
const address6 = fc.nat(65535).map((last) => `AAAA 2001:DB8::${last.toString(16)}`);
const host = fc.constantFrom(
  'Host.Example.NET.',
  'host.example.net.',
  'mail.example.org.',
  '.',
  'a.b.c.d.invalid.',
);

/** Records of types that every peer knows, with names in RDATA that are signed in lower case and others, and of types that nobody knows. */
const record: fc.Arbitrary<string> = fc.oneof(
  address,
  address6,
  fc.tuple(u16, host).map(([preference, name]) => `MX ${preference} ${name}`),
  fc.tuple(u16, u16, u16, host).map((fields) => `SRV ${fields.join(' ')}`),
  host.map((name) => `PTR ${name}`),
  fc.tuple(host, host).map(([mailbox, text]) => `RP ${mailbox} ${text}`),
  fc
    .tuple(u16, u16, host)
    .map(([order, preference, name]) => `NAPTR ${order} ${preference} "s" "SIP+D2U" "" ${name}`),
  fc
    .array(fc.constantFrom('', 'text', 'UPPER', '\\"', '\\\\', '\\000\\255', 'x'.repeat(255)), {
      minLength: 1,
      maxLength: 3,
    })
    .map((strings) => `TXT ${strings.map((string) => `"${string}"`).join(' ')}`),
  fc.constantFrom('issue', 'iodef').map((tag) => `CAA 0 ${tag} "ca.example.net"`),
  hex(32).map((digest) => `TLSA 3 1 1 ${digest}`),
  hex(20).map((digest) => `SSHFP 4 1 ${digest}`),
  fc
    .tuple(fc.constantFrom(300, 4711, 65280, 65534), hex(3))
    .map(([type, octets]) => `TYPE${type} \\# 3 ${octets}`),
  fc.constantFrom(65281, 40000).map((type) => `TYPE${type} \\# 0`),
);

const ds = hex(32).map((digest) => `DS 4711 13 2 ${digest}`);
const outside = fc.constantFrom('ns.example.net.', 'NS.Example.ORG.');

interface Owner {
  readonly name: string;
  readonly ttl: number;
  readonly records: readonly string[];
  readonly kind: 'data' | 'alias' | 'redirection' | 'delegation';
  readonly glue: string | undefined;
}

const owner = (origin: string): fc.Arbitrary<Owner> => {
  const name = below(origin);
  const parts = { ttl, glue: fc.constant(undefined) };
  const data = fc.array(record, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ ...parts, name, records: data, kind: fc.constant('data' as const) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...parts,
        name: name.map((text) => `*.${text}`),
        records: data,
        kind: fc.constant('data' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        ...parts,
        name,
        records: fc.tuple(host.map((target) => `CNAME ${target}`)),
        kind: fc.constant('alias' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        ...parts,
        name,
        records: fc.tuple(host.map((target) => `DNAME ${target}`)),
        kind: fc.constant('redirection' as const),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        name,
        ttl,
        records: fc
          .tuple(fc.array(outside, { minLength: 1, maxLength: 2 }), fc.array(ds, { maxLength: 2 }))
          .map(([servers, digests]) => [...servers.map((server) => `NS ${server}`), ...digests]),
        kind: fc.constant('delegation' as const),
        glue: fc.option(fc.constantFrom('ns', 'NS', 'a', 'x.y', '\\000'), { nil: undefined }),
      }),
    },
  );
};

const soaNumbers = fc
  .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(86400))
  .map(([serial, refresh, minimum]) => `${serial} ${refresh} 900 604800 ${minimum}`);

/** Zones with up to some dozen names. */
export const arbitraryZone: fc.Arbitrary<ArbitraryZone> = fc
  .constantFrom('example.', 'Sub.Example.', 'a\\.b.example.', 'x.y.z.example.')
  .chain((origin) =>
    fc
      .tuple(fc.array(owner(origin), { maxLength: 14 }), fc.array(record, { maxLength: 3 }), ttl, soaNumbers)
      .map(([owners, apex, apexTtl, numbers]) => {
        const lines = [
          `${origin} ${apexTtl} IN SOA Ns.Example.NET. Host\\.Master.example.net. ${numbers}`,
          `${origin} ${apexTtl} IN NS ns.example.net.`,
          ...apex.map((text) => `${origin} ${apexTtl} IN ${text}`),
          ...withoutConflicts(owners).flatMap(linesOf),
        ];
        return { origin, text: `${lines.join('\n')}\n` };
      }),
  );

/** Each name with its first kind alone, and nothing below a DNAME. */
function withoutConflicts(owners: readonly Owner[]): Owner[] {
  const kinds = new Map<string, Owner['kind']>();
  const kept = owners.filter(({ name, kind }) => {
    const known = kinds.get(name.toLowerCase());
    if (known === undefined) kinds.set(name.toLowerCase(), kind);
    return known === undefined || (known === 'data' && kind === 'data');
  });
  const redirections = kept
    .filter(({ kind }) => kind === 'redirection')
    .map(({ name }) => nameFromText(name));
  const isBelow = (name: Uint8Array): boolean =>
    redirections.some((other) => other.length < name.length && isAtOrBelow(name, 0, other));
  return kept.filter(({ name }) => !isBelow(nameFromText(name)));
}

function linesOf({ name, ttl: ttlOfOwner, records, glue }: Owner): string[] {
  const lines = records.map((text) => `${name} ${ttlOfOwner} IN ${text}`);
  if (glue === undefined) return lines;
  return [...lines, `${name} ${ttlOfOwner} IN NS ${glue}.${name}`, `${glue}.${name} 60 IN A 192.0.2.1`];
}

/** Any denial that a signer may be asked for. */
export const arbitraryDenial: fc.Arbitrary<Denial> = fc.oneof(
  fc.constant(NSEC),
  fc.record({
    kind: fc.constant('nsec3' as const),
    optOut: fc.boolean(),
    iterations: fc.oneof(fc.constant(0), fc.nat(20)),
    salt: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 10 })),
  }),
);
