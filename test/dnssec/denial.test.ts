import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fromHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { denialChain, nsec3ParamRdata, type Denial } from '../../src/dnssec/denial.ts';
import { Nsec3Hasher, nsec3Owner } from '../../src/dnssec/nsec3-hash.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { Zone } from '../../src/zone/zone.ts';
import { NSEC, NSEC3, OPT_OUT, type Nsec3Denial } from '../support/sign-text.ts';
import { recordLines, unindent, zoneFromText, zoneToText } from '../support/zone-text.ts';

/** The records of the chain, as lines of text in the order of the chain. */
function chain(zone: Zone, denial: Denial, ttl = 300): string[] {
  const { store } = zone;
  return [...denialChain(zone, denial).add(ttl)].map((record) => {
    const owner = nameToText(store.names.view(store.owners[record]!));
    const type = store.types[record]!;
    const name = type === Type.NSEC ? 'NSEC' : 'NSEC3';
    return `${owner} ${store.ttls[record]!} IN ${name} ${rdataToText(type, store.rdataOf(record))}`;
  });
}

/** `owner > next types` for each NSEC. */
function nsecs(text: string): string[] {
  return chain(zoneFromText(unindent(text)), NSEC).map((line) => {
    const [owner, , , , next, ...types] = line.split(' ');
    return `${owner!} > ${next!} ${types.join(' ')}`;
  });
}

/** `owner types` for each NSEC3, by the names before they were hashed; the chain itself is checked. */
function nsec3s(text: string, denial: Nsec3Denial, ...emptyNames: string[]): string[] {
  const zone = zoneFromText(unindent(text));
  const hasher = new Nsec3Hasher(denial);
  const names = Array.from({ length: zone.ownerCount }, (_, rank) => nameToText(zone.ownerOf(rank)));
  const nameOfHash = new Map(
    [...names, ...emptyNames].map((name) => {
      const owner = nameToText(nsec3Owner(hasher.hash(nameFromText(name)), zone.origin));
      return [owner, name.toLowerCase()] as const;
    }),
  );
  const lines = chain(zone, denial).map((line) => line.split(' '));
  const owners = lines.map(([owner]) => owner!);
  const nexts = lines.map((line) => `${line[8]!.toLowerCase()}.example.`);
  expect(owners).toEqual([...owners].sort());
  expect(nexts).toEqual([...owners.slice(1), owners[0]]);
  expect(lines.map((line) => line[5])).toEqual(lines.map(() => (denial.optOut ? '1' : '0')));
  return lines.map((line) => [nameOfHash.get(line[0]!) ?? line[0], ...line.slice(9)].join(' ')).sort();
}

const APEX = `
  @ IN SOA ns hostmaster 1 7200 3600 1209600 300
  @ IN NS ns.other.
`;

describe('the chains of the RFCs', () => {
  test.each<[string, string, Denial, string]>([
    ['RFC 4035 appendix A', 'rfc4035-appendix-a.zone', NSEC, 'NSEC'],
    [
      'RFC 5155 appendix A',
      'rfc5155-appendix-a.zone',
      { kind: 'nsec3', optOut: true, iterations: 12, salt: fromHex('aabbccdd') },
      'NSEC3',
    ],
  ])('%s', (_, file, denial, type) => {
    const text = readFileSync(new URL(`../../fixtures/rfc/${file}`, import.meta.url), 'utf8');
    const signed = zoneFromText(text);
    const made = new Set<number>([Type.RRSIG, Type.NSEC, Type.NSEC3]);
    const { store, zoneClass, origin } = signed;
    const keep = (record: number): boolean => !made.has(store.types[record]!);
    const ours = chain(new Zone(store, { origin, zoneClass, keep }), denial, 3600);
    const theirs = recordLines(zoneToText(zoneFromText(text))).filter((line) => line.split(' ')[3] === type);
    expect(theirs.length).toBeGreaterThanOrEqual(10);
    expect(ours.sort()).toEqual(theirs);
  });
});

describe('NSEC', () => {
  test('goes from name to name in canonical order and back to the apex', () => {
    expect(nsecs(`${APEX}b A 192.0.2.1\nA A 192.0.2.1\n*.a TXT x\nz.a TXT x\n\\001.a TXT x`)).toEqual([
      'example. > a.example. NS SOA RRSIG NSEC',
      'A.example. > \\001.a.example. A RRSIG NSEC',
      '\\001.a.example. > *.a.example. TXT RRSIG NSEC',
      '*.a.example. > z.a.example. TXT RRSIG NSEC',
      'z.a.example. > b.example. TXT RRSIG NSEC',
      'b.example. > example. A RRSIG NSEC',
    ]);
  });

  test('of a zone with one name leads to itself', () => {
    expect(nsecs(APEX)).toEqual(['example. > example. NS SOA RRSIG NSEC']);
  });

  test('has only NS and DS at a delegation, and nothing for glue below', () => {
    expect(
      nsecs(`${APEX}
        insecure NS ns.insecure
        insecure A 192.0.2.1
        insecure TXT "the child's"
        ns.insecure A 192.0.2.1
        deeper.ns.insecure NS ns
        secure NS ns
        secure DS 1 8 2 ${'00'.repeat(32)}
        ns A 192.0.2.1`),
    ).toEqual([
      'example. > insecure.example. NS SOA RRSIG NSEC',
      'insecure.example. > ns.example. NS RRSIG NSEC',
      'ns.example. > secure.example. A RRSIG NSEC',
      'secure.example. > example. NS DS RRSIG NSEC',
    ]);
  });

  test('has a DNAME, and nothing for names below it', () => {
    expect(nsecs(`${APEX}d DNAME other.\nd TXT x\nbelow.d A 192.0.2.1\ne A 192.0.2.1`)).toEqual([
      'example. > d.example. NS SOA RRSIG NSEC',
      'd.example. > e.example. TXT DNAME RRSIG NSEC',
      'e.example. > example. A RRSIG NSEC',
    ]);
  });

  test('passes empty non-terminals by', () => {
    expect(nsecs(`${APEX}a.b.c A 192.0.2.1`)).toEqual([
      'example. > a.b.c.example. NS SOA RRSIG NSEC',
      'a.b.c.example. > example. A RRSIG NSEC',
    ]);
  });

  test('has bits in every window', () => {
    expect(nsecs(`${APEX}a TYPE65280 \\# 0\na CAA 0 issue ""\na TYPE65535 \\# 0`)[1]).toBe(
      'a.example. > example. RRSIG NSEC CAA TYPE65280 TYPE65535',
    );
  });

  test('has more types than a first guess makes room for', () => {
    const types = Array.from({ length: 300 }, (_, i) => `TYPE${2000 + i}`);
    const text = APEX + types.map((type) => `a ${type} \\# 0\n`).join('');
    expect(nsecs(text)[1]).toBe(`a.example. > example. RRSIG NSEC ${types.join(' ')}`);
  });

  test('has the TTL that is asked for', () => {
    expect(chain(zoneFromText(unindent(APEX)), NSEC, 7)).toEqual([
      'example. 7 IN NSEC example. NS SOA RRSIG NSEC',
    ]);
  });
});

const DELEGATIONS = `${APEX}
  ns A 192.0.2.1
  secure.ent1 NS ns
  secure.ent1 DS 1 8 2 ${'00'.repeat(32)}
  insecure.ent1 NS ns
  insecure.ent2 NS ns.insecure.ent2
  ns.insecure.ent2 A 192.0.2.1
  a.b.insecure.ent3 NS ns
  text.b.insecure.ent3 TXT x
`;
const EMPTY = ['ent1', 'ent2', 'ent3', 'insecure.ent3', 'b.insecure.ent3'].map((name) => `${name}.example.`);

describe('NSEC3', () => {
  test('of a zone with one name leads to itself', () => {
    expect(nsec3s(APEX, NSEC3)).toEqual(['example. NS SOA RRSIG']);
  });

  test('has a record for each name and each empty non-terminal', () => {
    expect(nsec3s(DELEGATIONS, NSEC3, ...EMPTY)).toEqual([
      'a.b.insecure.ent3.example. NS',
      'b.insecure.ent3.example.',
      'ent1.example.',
      'ent2.example.',
      'ent3.example.',
      'example. NS SOA RRSIG',
      'insecure.ent1.example. NS',
      'insecure.ent2.example. NS',
      'insecure.ent3.example.',
      'ns.example. A RRSIG',
      'secure.ent1.example. NS DS RRSIG',
      'text.b.insecure.ent3.example. TXT RRSIG',
    ]);
  });

  test('with opt-out leaves out insecure delegations, and what exists because of them alone', () => {
    expect(nsec3s(DELEGATIONS, OPT_OUT, ...EMPTY)).toEqual([
      'b.insecure.ent3.example.',
      'ent1.example.',
      'ent3.example.',
      'example. NS SOA RRSIG',
      'insecure.ent3.example.',
      'ns.example. A RRSIG',
      'secure.ent1.example. NS DS RRSIG',
      'text.b.insecure.ent3.example. TXT RRSIG',
    ]);
  });

  test.each([
    ['first', 'a.ent NS ns.other.\nz.ent TXT x\n'],
    ['last', 'z.ent NS ns.other.\na.ent TXT x\n'],
  ])(
    'with opt-out has an empty non-terminal of a name and of an insecure delegation that comes %s',
    (_, text) => {
      expect(nsec3s(APEX + text, OPT_OUT, 'ent.example.')).toContain('ent.example.');
    },
  );

  test('has a DNAME, and no empty non-terminals for names below it', () => {
    expect(nsec3s(`${APEX}d DNAME other.\na.b.d A 192.0.2.1`, NSEC3)).toEqual([
      'd.example. DNAME RRSIG',
      'example. NS SOA RRSIG',
    ]);
  });

  test('has no empty non-terminals for glue', () => {
    expect(nsec3s(`${APEX}child NS a.b.child\na.b.child A 192.0.2.1`, NSEC3)).toEqual([
      'child.example. NS',
      'example. NS SOA RRSIG',
    ]);
  });

  test('has wildcards like other names', () => {
    expect(nsec3s(`${APEX}*.Wild TXT x`, NSEC3, 'wild.example.')).toEqual([
      '*.wild.example. TXT RRSIG',
      'example. NS SOA RRSIG',
      'wild.example.',
    ]);
  });

  test('has its parameters in each record', () => {
    const denial: Denial = { kind: 'nsec3', optOut: false, iterations: 300, salt: fromHex('00ff') };
    const [line] = chain(zoneFromText(unindent(APEX)), denial);
    expect(line).toMatch(/^\w{32}\.example\. 300 IN NSEC3 1 0 300 00FF \w{32} NS SOA RRSIG$/);
  });

  test('refuses two names with the same hash', () => {
    const hasherOf = () => ({ hash: () => new Uint8Array(20) });
    expect(() =>
      denialChain(zoneFromText(`${unindent(APEX)}a A 192.0.2.1`), NSEC3, hasherOf).add(300),
    ).toThrow(expect.objectContaining({ kind: 'input', code: 'nsec3/collision' }));
  });
});

describe('NSEC3PARAM', () => {
  test('has flags zero even with opt-out (RFC 5155 section 4.1.2)', () => {
    expect([...nsec3ParamRdata({ iterations: 0, salt: new Uint8Array() })]).toEqual([1, 0, 0, 0, 0]);
    expect([...nsec3ParamRdata({ ...OPT_OUT, iterations: 258, salt: Uint8Array.of(7, 8) })]).toEqual([
      1, 0, 1, 2, 2, 7, 8,
    ]);
  });
});
