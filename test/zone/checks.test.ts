import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { Type } from '../../src/rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords, zoneChecks } from '../../src/zone/checks.ts';
import { RecordStore } from '../../src/zone/record-store.ts';
import { Zone } from '../../src/zone/zone.ts';
import { parseText, zoneOf } from './zone-text.ts';

/** Four lines: what is added starts on line 5. */
const header = '$TTL 300\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n';

/** `line code owner type` of each problem. */
const problemsOf = (text: string, severity?: string): string[] =>
  checkZone(zoneOf(text))
    .filter((problem) => severity === undefined || problem.severity === severity)
    .map(({ code, location, owner, type }) => `${location?.line} ${code} ${owner} ${type}`);

/** The same for records behind a sound header. */
const inZone = (text: string): string[] => problemsOf(header + text);

test('a sound zone has no problems', () => {
  expect(
    inZone(
      `a A 192.0.2.1
a AAAA ::1
a TXT x
a TXT y
b CNAME a
* MX 10 a
sub NS ns.sub
sub NS ns.other.
sub NS ns
sub DS 1 13 2 ${'00'.repeat(32)}
ns.sub AAAA ::1
d DNAME other.
_sip._udp SRV 0 0 0 .
_x._tcp SRV 0 0 0 ns
@ MX 0 .
_dns SVCB 1 ns alpn=h2,dot dohpath=/{?dns}
`,
    ),
  ).toEqual([]);
});

describe('the apex', () => {
  test('must have an SOA and NS records', () => {
    expect(problemsOf('a A 192.0.2.1')).toEqual(['1 zone/no-soa example. SOA', '1 zone/no-ns example. NS']);
    expect(problemsOf('')).toEqual(['1 zone/no-soa example. SOA', '1 zone/no-ns example. NS']);
    expect(problemsOf('; x\n@ SOA a b 1 2 3 4 5')).toEqual(['2 zone/no-ns example. NS']);
  });

  test('may have its SOA twice, but not two', () => {
    expect(inZone('@ SOA NS host 1 2 3 4 5')).toEqual([]);
    expect(inZone('@ SOA ns host 2 2 3 4 5')).toEqual(['5 zone/several-soas example. SOA']);
    expect(inZone('sub SOA ns host 1 2 3 4 5')).toEqual(['5 zone/soa-not-at-apex sub.example. SOA']);
  });
});

describe('names that exclude other data', () => {
  test('CNAME (RFC 1034 section 3.6.2)', () => {
    expect(inZone('a CNAME b.\na A 192.0.2.1')).toEqual(['6 zone/cname-and-other-data a.example. A']);
    expect(inZone('a A 192.0.2.1\na CNAME b.')).toEqual(['6 zone/cname-and-other-data a.example. CNAME']);
    expect(inZone('a CNAME b.\na DNAME b.')).toEqual(['6 zone/cname-and-other-data a.example. DNAME']);
    expect(inZone('a CNAME b.\na TYPE999 \\# 0')).toEqual(['6 zone/cname-and-other-data a.example. TYPE999']);
    expect(inZone('@ CNAME b.')).toEqual(['5 zone/cname-and-other-data example. CNAME']);
    expect(inZone('a CNAME b.\na NSEC b. CNAME\na RRSIG CNAME 8 1 300 1 0 0 example. AAAA')).toEqual([]);
    expect(inZone('a CNAME b.\na KEY 512 3 8 AAAA')).toEqual([]);
  });

  test('singleton types', () => {
    expect(inZone('a CNAME b.\na CNAME c.')).toEqual(['6 zone/singleton a.example. CNAME']);
    expect(inZone('a CNAME c.\na CNAME b.')).toEqual(['6 zone/singleton a.example. CNAME']);
    expect(inZone('a CNAME b.\na CNAME B.')).toEqual([]);
    expect(inZone('a DNAME b.\na DNAME c.')).toEqual(['6 zone/singleton a.example. DNAME']);
  });

  test('DNAME (RFC 6672 sections 2.3 and 2.4)', () => {
    expect(inZone('d DNAME x.\na.b.d A 192.0.2.1')).toEqual(['6 zone/below-dname a.b.d.example. A']);
    expect(inZone('d DNAME x.\nd NS y.')).toEqual(['6 zone/dname-and-ns d.example. NS']);
    expect(inZone('d DNAME x.\nd TXT y\nd A 192.0.2.1\ndd A 192.0.2.1')).toEqual([]);
    expect(inZone('@ DNAME x.')).toContain('4 zone/below-dname ns.example. A');
    expect(inZone('d DNAME x.\ne.d NSEC3 1 0 0 - 00000000000000000000000000000000 A')).toEqual([]);
  });
});

describe('name servers', () => {
  test('must have addresses in the zone (RFC 2181 section 10.3)', () => {
    expect(inZone('@ NS x')).toEqual(['5 zone/ns-without-address example. NS']);
    expect(inZone('@ NS @')).toEqual(['5 zone/ns-without-address example. NS']);
    expect(inZone('@ NS x\nx TXT y')).toEqual(['5 zone/ns-without-address example. NS']);
    expect(inZone('@ NS x\n*.x A 192.0.2.1')).toEqual(['5 zone/ns-without-address example. NS']);
    expect(inZone('sub NS x')).toEqual(['5 zone/ns-without-address sub.example. NS']);
    expect(inZone('@ NS x\nx AAAA ::1\n@ NS y.\nsub NS x')).toEqual([]);
    expect(inZone('@ NS y.x\n*.x AAAA ::1')).toEqual([]);
    expect(inZone('@ NS z.y.x\n*.x AAAA ::1')).toEqual([]);
    expect(inZone('@ NS z.y.x\ny.x TXT t\n*.x AAAA ::1')).toEqual(['5 zone/ns-without-address example. NS']);
  });

  test('must not be aliases', () => {
    expect(inZone('@ NS x\nx CNAME ns')).toEqual(['5 zone/ns-is-alias example. NS']);
    expect(inZone('@ NS y.x\n*.x CNAME ns')).toEqual(['5 zone/ns-is-alias example. NS']);
    expect(inZone('@ NS y.x\nx DNAME other.')).toEqual(['5 zone/ns-is-alias example. NS']);
    expect(inZone('sub NS x\nx CNAME ns')).toEqual(['5 zone/ns-is-alias sub.example. NS']);
    expect(problemsOf('@ SOA a. b. 1 2 3 4 5\n@ NS ns\n@ DNAME x.', 'error')).toEqual([
      '2 zone/ns-is-alias example. NS',
    ]);
  });

  test('need glue below their own delegation (RFC 9471 section 2.1), and only there', () => {
    expect(inZone('sub NS sub')).toEqual(['5 zone/missing-glue sub.example. NS']);
    expect(inZone('sub NS a.b.sub\nb.sub A 192.0.2.1')).toEqual(['5 zone/missing-glue sub.example. NS']);
    expect(inZone('sub NS sub\nsub A 192.0.2.1')).toEqual([]);
    expect(inZone('sub NS ns.x.sub\n*.x.sub A 192.0.2.1')).toEqual([]);
    expect(inZone('sub NS ns.other\nother NS ns')).toEqual([]);
    expect(inZone('@ NS ns.sub\nsub NS ns')).toEqual([]);
    expect(inZone('sub NS ns.sub\nns.sub A 192.0.2.1\nx.sub NS y.x.sub')).toEqual([]);
  });

  test('are looked at in class IN only', () => {
    expect(problemsOf('@ CH SOA a. b. 1 2 3 4 5\n@ NS ns\n@ MX 1 x')).toEqual([]);
  });
});

test('hosts of MX and SRV records draw warnings (RFC 2181 section 10.3, RFC 2782)', () => {
  expect(inZone('a MX 1 ns\na MX 1 x.\na MX 0 .\nsub NS ns\na MX 1 x.sub')).toEqual([]);
  expect(inZone('a MX 1 b\nb CNAME ns')).toEqual(['5 zone/mx-target a.example. MX']);
  expect(inZone('a MX 1 b')).toEqual(['5 zone/mx-target a.example. MX']);
  expect(inZone('a SRV 1 1 1 b\nb CNAME ns')).toEqual(['5 zone/srv-target a.example. SRV']);
  expect(checkZone(zoneOf('. SOA a. b. 1 2 3 4 5\n. NS a.\na. A 192.0.2.1\na. MX 0 .', '.'))).toEqual([]);
});

describe('DNSSEC data', () => {
  const ds = `1 13 2 ${'00'.repeat(32)}`;
  const key = (algorithm: number): string => `257 3 ${algorithm} AAAA`;

  test('DS stands at delegations (RFC 4035 section 2.4)', () => {
    expect(inZone(`@ DS ${ds}`)).toEqual(['5 zone/ds-at-apex example. DS']);
    expect(inZone(`a DS ${ds}`)).toEqual(['5 zone/ds-without-delegation a.example. DS']);
    expect(inZone(`a DS ${ds}\na NS x.`)).toEqual([]);
  });

  test('weak DS draw warnings (RFC 8624)', () => {
    expect(inZone(`a NS x.\na DS 1 13 1 ${'00'.repeat(20)}`)).toEqual(['6 zone/weak-ds a.example. DS']);
    expect(inZone(`a NS x.\na DS 1 5 2 ${'00'.repeat(32)}`)).toEqual(['6 zone/weak-ds a.example. DS']);
  });

  test('CDS and CDNSKEY agree with the DNSKEYs, if there are any (RFC 7344 section 4.1)', () => {
    expect(inZone(`@ DNSKEY ${key(13)}\n@ CDS ${ds}\n@ CDNSKEY ${key(13)}`)).toEqual([]);
    expect(inZone(`@ DNSKEY ${key(13)}\n@ CDS 1 8 2 ${'00'.repeat(32)}`)).toEqual([
      '6 zone/cds-without-key example. CDS',
    ]);
    expect(inZone(`@ DNSKEY ${key(13)}\n@ CDNSKEY ${key(8)}`)).toEqual([
      '6 zone/cds-without-key example. CDNSKEY',
    ]);
    expect(inZone(`@ CDS ${ds}`)).toEqual([]);
  });

  test('what asks to delete the DS stands alone (RFC 8078 section 4)', () => {
    expect(inZone(`@ DNSKEY ${key(13)}\n@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==`)).toEqual([]);
    expect(inZone(`@ CDS 0 0 0 00\n@ CDS ${ds}`)).toEqual(['5 zone/cds-delete-not-alone example. CDS']);
    expect(inZone(`@ CDNSKEY ${key(13)}\n@ CDNSKEY 0 3 0 AA==`)).toEqual([
      '6 zone/cds-delete-not-alone example. CDNSKEY',
    ]);
  });

  test('types of the apex draw warnings elsewhere', () => {
    expect(
      inZone(`a DNSKEY ${key(13)}\na CDS ${ds}\na NSEC3PARAM 1 0 0 -`).map((line) => line.split(' ')[1]),
    ).toEqual(['zone/not-at-apex', 'zone/not-at-apex', 'zone/not-at-apex']);
  });
});

describe('SVCB for DNS servers (RFC 9461)', () => {
  const faults = (owner: string, rdata: string): number =>
    inZone(`${owner} SVCB ${rdata}`).filter((line) => line.includes('zone/svcb-for-dns')).length;

  test.each([
    ['_dns', '1 ns dohpath=/{?dns}'],
    ['_dns', '1 ns port=53'],
    ['_dns', '1 ns alpn=h2'],
    ['_DNS.x', '1 ns alpn=dot,h3'],
    ['_8443._dns', '1 ns alpn=http/1.1'],
    ['_dns', '1 ns alpn=h1\\\\,h2'],
  ])('%s SVCB %s is refused', (owner, rdata) => {
    expect(faults(owner, rdata)).toBe(1);
  });

  test.each([
    ['_dns', '1 ns alpn=dot'],
    ['_dns', '1 ns alpn=x,doq'],
    ['_dns', '1 ns alpn=h2,h3,http/1.1 dohpath=/q{?dns}'],
    ['_dns', '0 ns'],
    ['dns', '1 ns alpn=h2'],
    ['a._dns', '1 ns alpn=h2'],
    ['_a._b._dns', '1 ns alpn=h2'],
  ])('%s SVCB %s is accepted', (owner, rdata) => {
    expect(faults(owner, rdata)).toBe(0);
  });

  test('parameters in AliasMode draw a warning (RFC 9460 section 2.4.2)', () => {
    const withParameters = '\\# 11 0000 0161 00 0003 0002 0035';
    expect(inZone(`a SVCB ${withParameters}\nb HTTPS 0 ns`)).toEqual([
      '5 zone/alias-parameters a.example. SVCB',
    ]);
  });
});

test('SVCB parameters that are mandatory must be there, in AliasMode too (RFC 9460 section 8)', () => {
  expect(inZone('a SVCB 0 ns mandatory=alpn')).toEqual([
    '5 zone/svcb-mandatory a.example. SVCB',
    '5 zone/alias-parameters a.example. SVCB',
  ]);
  expect(inZone('a HTTPS 0 ns mandatory=port port=1')).toEqual(['5 zone/alias-parameters a.example. HTTPS']);
  expect(inZone('a HTTPS 1 ns mandatory=port,alpn port=1 alpn=h2')).toEqual([]);
});

test('NSEC3 hashes have the length of SHA-1 (RFC 5155 section 11)', () => {
  expect(inZone('a NSEC3 1 0 0 AABB 00000000000000000000000000000000 A')).toEqual([]);
  expect(inZone('a NSEC3 1 0 0 AABB IMQ912BREQP1POLAH3RMONG A')).toEqual([
    '5 zone/nsec3-hash-length a.example. NSEC3',
  ]);
  expect(inZone('a NSEC3 2 0 0 - 00 A')).toEqual([]);
});

test('URI without target draws a warning (RFC 7553 section 4.4)', () => {
  expect(inZone('a URI 1 1 ""\na URI 1 1 "x:"')).toEqual(['5 zone/uri-without-target a.example. URI']);
});

test('data at and below delegations that is no glue draws a warning', () => {
  expect(inZone('d NS ns\nd TXT x\nd A 192.0.2.1\na.d TXT y\na.d A 192.0.2.1\nb.d NS z.')).toEqual([
    '6 zone/occluded d.example. TXT',
    '8 zone/occluded a.d.example. TXT',
  ]);
});

test('NS and DNAME at a wildcard draw a warning (RFC 4592 sections 4.2 and 4.4)', () => {
  expect(inZone('*.a NS x.\n*.b DNAME x.')).toEqual([
    '5 zone/wildcard-delegation *.a.example. NS',
    '6 zone/wildcard-delegation *.b.example. DNAME',
  ]);
});

describe('TTLs', () => {
  test('that differ in an RRset draw a warning (RFC 2181 section 5.2)', () => {
    expect(inZone('a 5 A 192.0.2.1\na 6 A 192.0.2.2\na 5 TXT x')).toEqual(['5 zone/mixed-ttls a.example. A']);
  });

  test('above a maximum are errors', () => {
    const zone = zoneOf(`${header}a 301 A 192.0.2.1\nb 300 A 192.0.2.1`);
    expect(
      checkZone(zone, { maxTtl: 300 }).map(({ message, location }) => [location?.line, message]),
    ).toEqual([[5, 'the TTL 301 is above the maximum of 300']]);
    expect(checkZone(zone)).toEqual([]);
  });
});

test('a record that fits no DNS message is refused (RFC 1035 section 4.2.2)', () => {
  const ofLength = (length: number): string[] => {
    const { store } = parseText(header);
    const owner = nameFromText('a.example.');
    store.addRecord(owner, Type.NULL, 300, new Uint8Array(length));
    return checkZone(new Zone(store, { origin: nameFromText('example.'), zoneClass: 1 })).map(
      ({ code }) => code,
    );
  };
  // Header 12, owner 11, type to RDATA length 10.
  expect(ofLength(65535 - 33)).toEqual([]);
  expect(ofLength(65535 - 32)).toEqual(['zone/record-too-large']);
});

test('an RRset that fits no DNS message is refused', () => {
  const ofCount = (count: number): string[] => {
    const { store } = parseText(header);
    const owner = nameFromText('a.example.');
    for (let i = 0; i < count; i++) {
      store.addRecord(owner, Type.A, 300, Uint8Array.of(10, i >>> 16, i >>> 8, i));
    }
    return checkZone(new Zone(store, { origin: nameFromText('example.'), zoneClass: 1 })).map(
      ({ code }) => code,
    );
  };
  // Header 12, owner 11; 16 octets a record.
  expect(ofCount(Math.floor((65535 - 23) / 16))).toEqual([]);
  expect(ofCount(Math.floor((65535 - 23) / 16) + 1)).toEqual(['zone/rrset-too-large']);
});

describe('data outside of the zone', () => {
  const origin = nameFromText('Example.');
  const { store } = parseText(
    `${header}a.other. TXT x\nexample.other. TXT x\nxexample. TXT x\n. TXT x\nb TXT x`,
  );

  test('is found', () => {
    expect(outOfZoneRecords(store, origin)).toEqual([3, 4, 5, 6]);
    expect(outOfZoneRecords(parseText(header).store, origin)).toEqual([]);
    expect(outOfZoneRecords(store, nameFromText('.'))).toEqual([]);
    expect(outOfZoneRecords(new RecordStore(), origin)).toEqual([]);
  });

  test('is an error, or dropped with a warning', () => {
    const records = outOfZoneRecords(store, origin);
    expect(outOfZoneProblems(store, origin, records, 'error')[0]).toEqual({
      code: 'zone/out-of-zone',
      severity: 'error',
      message: 'the record is outside of the zone Example.',
      location: { file: 'zone.db', line: 5 },
      owner: 'a.other.',
      type: 'TXT',
      hint: 'check $ORIGIN and final dots, or drop such records with --drop-out-of-zone',
      reference: 'RFC 1035 section 5.2',
    });
    const [warning] = outOfZoneProblems(store, origin, records, 'warning');
    expect([warning!.message, warning!.hint]).toEqual([
      'the record is outside of the zone Example. and is dropped',
      undefined,
    ]);
  });
});

describe('reports', () => {
  test('name the records of one code up to a limit, and count the others', () => {
    const zone = zoneOf(header + Array.from({ length: 150 }, (_, i) => `m${i} MX 1 nowhere\n`).join(''));
    const problems = checkZone(zone);
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)!.more).toBe(50);
    expect(problems.slice(0, -1).every(({ more }) => more === undefined)).toBe(true);
    expect(checkZone(zone, { limit: 1000 })).toHaveLength(150);
  });

  test('say in which included file a record stands', () => {
    const zone = (() => {
      const { store, zoneClass } = parseText(`${header}$INCLUDE other`, {
        include: () => ({ file: 'other', bytes: Buffer.from('\na MX 1 nowhere') }),
      });
      return new Zone(store, { origin: nameFromText('example.'), zoneClass });
    })();
    expect(checkZone(zone)[0]!.location).toEqual({ file: 'other', line: 2 });
  });

  test('have a place even where the record was added to what was read', () => {
    const origin = nameFromText('example.');
    const places = (text: string): (number | undefined)[] => {
      const { store } = parseText(text);
      store.addRecord(origin, Type.DNSKEY, 300, Uint8Array.of(1, 1, 3, 13, 0));
      return checkZone(new Zone(store, { origin, zoneClass: 1 })).map(({ location }) => location?.line);
    };
    expect(places('')).toEqual([1, 1]);
    expect(places('$TTL 1\n\nb TXT x')).toEqual([3, 3]);
    expect(places('$TTL 1\n\n@ CNAME x.')).toEqual([3, 3, 1]);
  });

  test('survive hundreds of thousands of records at one name', () => {
    const store = new RecordStore();
    const owner = nameFromText('example.');
    for (let i = 0; i < 200_000; i++) {
      store.addRecord(owner, Type.CNAME, 300, nameFromText(`x${i}.`));
    }
    const zone = new Zone(store, { origin: owner, zoneClass: 1 });
    const codes = checkZone(zone).map(({ code }) => code);
    expect(codes.sort()).toEqual(['zone/no-ns', 'zone/no-soa', 'zone/rrset-too-large', 'zone/singleton']);
  });

  test('the checks have codes of their own, and errors come first', () => {
    expect(new Set(zoneChecks.map(({ code }) => code)).size).toBe(zoneChecks.length);
    const severities = zoneChecks.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort());
  });
});
