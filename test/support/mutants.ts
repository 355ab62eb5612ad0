import { nameFromText } from '../../src/dns/name.ts';
import type { Denial } from '../../src/dnssec/denial.ts';
import { REVOKE_FLAG } from '../../src/dnssec/dnskey.ts';
import { makeDs } from '../../src/dnssec/ds.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { SignedZoneText } from './signed-zone-text.ts';
import { DAY, NSEC, NSEC3, OPT_OUT, signText } from './sign-text.ts';
import { newKey, type TestKey } from './test-keys.ts';
import { zoneToText } from './zone-text.ts';

/** The keys and the time of a zone that is damaged. */
export interface MutantWorld {
  readonly ksk: TestKey;
  readonly zsk: TestKey;
  /** A key that the zone does not have. */
  readonly stranger: TestKey;
  /** Keys beside the usual two. */
  readonly more: readonly TestKey[];
  readonly now: number;
  /** The RDATA of the KSK's DS. */
  readonly dsText: (digestType: number) => string;
  readonly dnskeyText: (key: TestKey) => string;
}

/** One way to damage a signed zone. */
export interface Mutant {
  readonly name: string;
  readonly damage: (zone: SignedZoneText, world: MutantWorld) => void;
  /** All errors and warnings that there must be. */
  readonly codes: readonly string[];
}

/** Ways to damage zones of some kinds. */
export interface MutantGroup {
  readonly title: string;
  readonly mutants: readonly Mutant[];
  readonly denials: readonly (readonly [name: string, denial: Denial])[];
  readonly zonemd?: 1;
  /** An algorithm that signs beside the zone's own. */
  readonly second?: number;
}

/** Keys of an algorithm, none of which has the tag of another, revoked or not. */
export async function mutantWorld(algorithm: number, now: number, second?: number): Promise<MutantWorld> {
  const more = second === undefined ? [] : [await newKey(second, 'ksk'), await newKey(second, 'zsk')];
  for (;;) {
    const [ksk, zsk, stranger] = [
      await newKey(algorithm, 'ksk'),
      await newKey(algorithm, 'zsk'),
      await newKey(algorithm, 'zsk'),
    ];
    const all = [ksk, zsk, stranger, ...more];
    const tags = all.flatMap((key) => [key.keyTag, revoked(key).keyTag]);
    if (new Set(tags).size < tags.length) continue;
    return {
      ksk,
      zsk,
      stranger,
      more,
      now,
      dsText: (digestType) =>
        rdataToText(Type.DS, makeDs(nameFromText('example.'), ksk.dnskeyRdata, digestType, nodeCrypto)),
      dnskeyText: (key) => rdataToText(Type.DNSKEY, key.dnskeyRdata),
    };
  }
}

/** A key as it is after its revocation. */
function revoked(key: TestKey): TestKey {
  const dnskeyRdata = Uint8Array.from(key.dnskeyRdata);
  dnskeyRdata[1]! |= REVOKE_FLAG;
  return { ...key, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

/** The zone has all that there is to damage: wildcards, empty non-terminals, delegations of both kinds, glue, a DNAME. */
export const mutantContent = (w: MutantWorld): string => `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
example. 3600 IN CDS ${w.dsText(2)}
example. 3600 IN CDNSKEY ${w.dnskeyText(w.ksk)}
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
text.example. 3600 IN TXT "one"
text.example. 3600 IN TXT "two"
*.wild.example. 3600 IN TXT "wild"
a.b.ent.example. 3600 IN A 192.0.2.3
dname.example. 3600 IN DNAME target.example.
secure.example. 3600 IN NS ns.secure.example.
secure.example. 3600 IN DS 12345 13 2 ${'AB'.repeat(32)}
ns.secure.example. 3600 IN A 192.0.2.4
insecure.example. 3600 IN NS ns.insecure.example.
ns.insecure.example. 3600 IN A 192.0.2.5
deleg.ent2.example. 3600 IN NS ns1.example.
`;

/**
 * The text of the undamaged zone.
 * @param text what is signed
 */
export async function signMutantZone(
  world: MutantWorld,
  denial: Denial,
  zonemd?: 1,
  text = mutantContent(world),
): Promise<string> {
  const { zone } = await signText(text, {
    keys: [world.ksk, world.zsk, ...world.more],
    denial,
    now: world.now,
    ...(zonemd && { zonemd }),
  });
  return zoneToText(zone);
}

/** The zone with a damage. */
export function damaged(signed: string, { damage }: Mutant, world: MutantWorld): string {
  const zone = new SignedZoneText(signed, world.now);
  damage(zone, world);
  return zone.toString();
}

const WWW = 'ns1.example.';

const signatureMutants: readonly Mutant[] = [
  {
    name: 'a bit of a signature',
    damage: (zone) => zone.edit(WWW, 'RRSIG A', / \S(?=\S+$)/, (first) => (first === ' A' ? ' B' : ' A')),
    codes: ['rrsig/invalid'],
  },
  {
    name: 'a signature that is too short',
    damage: (zone) => zone.edit(WWW, 'RRSIG A', /\S{12}$/, ''),
    codes: ['rrsig/invalid'],
  },
  {
    name: 'a bit of RDATA',
    damage: (zone) => zone.edit(WWW, 'A', '192.0.2.1', '192.0.2.9'),
    codes: ['rrsig/invalid'],
  },
  {
    name: 'a record more in an RRset',
    damage: (zone) => zone.add('text.example. 3600 IN TXT "three"'),
    codes: ['rrsig/invalid'],
  },
  {
    name: 'a record less in an RRset',
    damage: (zone) => {
      zone.lines = zone.lines.filter((line) => !line.endsWith('"two"'));
    },
    codes: ['rrsig/invalid'],
  },
  {
    name: 'a signature by another key under the tag of ours',
    damage: (zone, w) => zone.sign(WWW, 'A', w.stranger, { keyTag: w.zsk.keyTag }),
    codes: ['rrsig/invalid'],
  },
  {
    name: 'no signature',
    damage: (zone) => zone.remove(WWW, 'RRSIG A'),
    codes: ['rrsig/missing'],
  },
  {
    name: 'no signature over the DNSKEY RRset',
    damage: (zone) => zone.remove('example.', 'RRSIG DNSKEY'),
    codes: ['dnskey/not-self-signed', 'rrsig/missing'],
  },
  {
    name: 'a signature over nothing',
    damage: (zone) => zone.add(zone.record(WWW, 'RRSIG A').replace('RRSIG A ', 'RRSIG AAAA ')),
    codes: ['rrsig/orphan'],
  },
  {
    name: 'an expired signature',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { expiration: w.now - 1 }),
    codes: ['rrsig/expired'],
  },
  {
    name: 'a signature of the future',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { inception: w.now + DAY }),
    codes: ['rrsig/not-yet-valid'],
  },
  {
    name: 'a signature that ends before it begins',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { inception: w.now + DAY, expiration: w.now - DAY }),
    codes: ['rrsig/validity-period'],
  },
  {
    name: 'an expired signature that never was good',
    damage: (zone, w) => zone.sign(WWW, 'A', w.stranger, { keyTag: w.zsk.keyTag, expiration: w.now - 1 }),
    codes: ['rrsig/expired', 'rrsig/invalid'],
  },
  {
    name: 'too few labels',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { labels: 1 }),
    codes: ['rrsig/labels'],
  },
  {
    name: 'too many labels',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { labels: 3 }),
    codes: ['rrsig/labels'],
  },
  {
    name: 'a wildcard that counts as a label',
    damage: (zone, w) => zone.sign('*.wild.example.', 'TXT', w.zsk, { labels: 3 }),
    codes: ['rrsig/labels'],
  },
  {
    name: "another signer's name",
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { signerName: nameFromText('ns1.example.') }),
    codes: ['rrsig/signer-name'],
  },
  {
    name: 'another original TTL',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { originalTtl: 7200 }),
    codes: ['rrsig/original-ttl'],
  },
  {
    name: 'another TTL of an RRset',
    damage: (zone) => zone.edit(WWW, 'A', ' 3600 ', ' 1800 '),
    codes: ['rrsig/original-ttl', 'rrsig/ttl'],
  },
  {
    name: 'another TTL of a signature',
    damage: (zone) => zone.edit(WWW, 'RRSIG A', ' 3600 ', ' 1800 '),
    codes: ['rrsig/ttl'],
  },
  {
    name: 'an unknown key tag',
    damage: (zone, w) => zone.edit(WWW, 'RRSIG A', ` ${w.zsk.keyTag} example.`, ' 1 example.'),
    codes: ['rrsig/missing', 'rrsig/unknown-key'],
  },
  {
    name: 'another algorithm',
    damage: (zone, w) =>
      zone.edit(
        WWW,
        'RRSIG A',
        `RRSIG A ${w.zsk.algorithm} `,
        `RRSIG A ${w.zsk.algorithm === 13 ? 15 : 13} `,
      ),
    codes: ['rrsig/missing', 'rrsig/unknown-key'],
  },
  {
    name: 'a second signature that is wrong',
    damage: (zone, w) => zone.addSignature(WWW, 'A', w.stranger, { keyTag: w.zsk.keyTag }),
    codes: ['rrsig/redundant'],
  },
  {
    name: 'a second signature that has expired',
    damage: (zone, w) => zone.addSignature(WWW, 'A', w.zsk, { expiration: w.now - 1 }),
    codes: ['rrsig/redundant'],
  },
  {
    name: 'a signature by a key that is not published',
    damage: (zone, w) => zone.addSignature(WWW, 'A', w.stranger),
    codes: ['rrsig/unknown-key'],
  },
  {
    name: 'signed glue',
    damage: (zone, w) => zone.addSignature('ns.secure.example.', 'A', w.zsk),
    codes: ['rrsig/over-occluded', 'zone/occluded'],
  },
  {
    name: 'a signed delegation',
    damage: (zone, w) => zone.addSignature('secure.example.', 'NS', w.zsk),
    codes: ['rrsig/over-delegation'],
  },
  {
    name: 'a signed record below a DNAME',
    damage: (zone, w) => {
      zone.add('below.dname.example. 3600 IN A 192.0.2.7');
      zone.addSignature('below.dname.example.', 'A', w.zsk);
    },
    codes: ['rrsig/below-dname', 'zone/below-dname'],
  },
  {
    name: 'a TTL that is longer than the signature lasts',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { expiration: w.now + 1800 }),
    codes: ['rrsig/ttl-beyond-expiration', 'timing/ends-soon'],
  },
  {
    name: 'a signature over signatures',
    damage: (zone) => zone.add(zone.record(WWW, 'RRSIG A').replace('RRSIG A ', 'RRSIG RRSIG ')),
    codes: ['rrsig/over-rrsig'],
  },
];

const keyMutants: readonly Mutant[] = [
  {
    name: 'no ZSK',
    damage: (zone, w) => {
      zone.lines = zone.lines.filter((line) => !line.includes(w.dnskeyText(w.zsk)));
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['rrsig/missing', 'rrsig/unknown-key'],
  },
  {
    name: 'no key',
    damage: (zone) => zone.remove('example.', 'DNSKEY'),
    codes: ['zone/unsigned'],
  },
  {
    name: 'a key of another protocol',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '256 2')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/protocol'],
  },
  {
    name: 'a key that is no zone key',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '0 3')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/not-a-zone-key'],
  },
  {
    name: 'a malformed key',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY 256 3 ${w.zsk.algorithm} AAAA`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/malformed'],
  },
  {
    name: 'a key of an algorithm that signs nothing',
    damage: (zone, w) => {
      zone.add('example. 3600 IN DNSKEY 256 3 200 AAAA');
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['rrsig/missing-algorithm'],
  },
  {
    name: 'a revoked key that does not sign',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '384 3')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/revoked-not-signing'],
  },
  {
    name: 'data that a revoked key signs',
    damage: (zone, w) => {
      const key = revoked(w.stranger);
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(key)}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
      zone.addSignature('example.', 'DNSKEY', key);
      zone.addSignature(WWW, 'A', key);
    },
    codes: ['rrsig/unusable-key'],
  },
  {
    name: 'a DNSKEY RRset that was changed after signing',
    damage: (zone, w) => zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger)}`),
    codes: ['dnskey/not-self-signed', 'rrsig/invalid'],
  },
  {
    name: 'a CDS of another key',
    damage: (zone, w) => {
      zone.edit('example.', 'CDS', / 2 \S+$/, ` 2 ${'00'.repeat(32)}`);
      zone.sign('example.', 'CDS', w.ksk);
    },
    codes: ['cds/disagree', 'cds/no-match'],
  },
  {
    name: 'a CDNSKEY of another key',
    damage: (zone, w) => {
      zone.edit('example.', 'CDNSKEY', w.dnskeyText(w.ksk), w.dnskeyText(w.stranger));
      zone.sign('example.', 'CDNSKEY', w.ksk);
    },
    codes: ['cds/disagree', 'cds/no-match'],
  },
  {
    name: 'CDS signed with the ZSK',
    damage: (zone, w) => zone.sign('example.', 'CDS', w.zsk),
    codes: ['cds/signer'],
  },
  {
    name: 'a delete request beside a CDS',
    damage: (zone, w) => {
      zone.add('example. 3600 IN CDS 0 0 0 00');
      zone.sign('example.', 'CDS', w.ksk);
    },
    codes: ['cds/delete', 'cds/disagree'],
  },
  {
    name: 'a delete request by CDS alone',
    damage: (zone, w) => {
      zone.edit('example.', 'CDS', w.dsText(2), '0 0 0 00');
      zone.sign('example.', 'CDS', w.ksk);
    },
    codes: ['cds/disagree'],
  },
];

const contentMutants: readonly Mutant[] = [
  {
    name: 'two SOA records',
    damage: (zone, w) => {
      zone.add(zone.record('example.', 'SOA').replace(' 1 7200', ' 2 7200'));
      zone.sign('example.', 'SOA', w.zsk);
    },
    codes: ['zone/soa'],
  },
  {
    name: 'mixed TTLs',
    damage: (zone) => zone.add('text.example. 7200 IN TXT "three"'),
    codes: ['rrsig/invalid', 'zone/mixed-ttls'],
  },
  {
    name: 'a record outside of the zone',
    damage: (zone) => zone.add('www.example.org. 3600 IN A 192.0.2.6'),
    codes: ['zone/out-of-zone'],
  },
  {
    name: 'a delegation with a SHA-1 DS alone',
    damage: (zone, w) => {
      zone.edit('secure.example.', 'DS', /13 2 \S+$/, `13 1 ${'AB'.repeat(20)}`);
      zone.sign('secure.example.', 'DS', w.zsk);
    },
    codes: ['ds/deprecated-digest'],
  },
];

const nsecMutants: readonly Mutant[] = [
  {
    name: 'no NSEC at a name',
    damage: (zone) => zone.remove('text.example.', 'NSEC', 'RRSIG NSEC'),
    codes: ['nsec/missing'],
  },
  {
    name: 'no NSEC at a delegation',
    damage: (zone) => zone.remove('insecure.example.', 'NSEC', 'RRSIG NSEC'),
    codes: ['nsec/missing'],
  },
  {
    name: 'no NSEC at all',
    damage: (zone) => {
      zone.lines = zone.lines.filter((line) => !/ IN (RRSIG )?NSEC /.test(line));
    },
    codes: ['denial/none'],
  },
  {
    name: 'a next name that passes over a name',
    damage: (zone, w) => {
      zone.edit('ns1.example.', 'NSEC', 'ns2.example.', 'secure.example.');
      zone.sign('ns1.example.', 'NSEC', w.zsk);
    },
    codes: ['nsec/next'],
  },
  {
    name: 'a chain that is not closed',
    damage: (zone, w) => {
      zone.edit('*.wild.example.', 'NSEC', 'NSEC example.', 'NSEC text.example.');
      zone.sign('*.wild.example.', 'NSEC', w.zsk);
    },
    codes: ['nsec/next'],
  },
  {
    name: 'a type too many in a bitmap',
    damage: (zone, w) => {
      zone.edit(WWW, 'NSEC', ' A RRSIG', ' A TXT RRSIG');
      zone.sign(WWW, 'NSEC', w.zsk);
    },
    codes: ['nsec/bitmap'],
  },
  {
    name: 'a type of a further window too many in a bitmap',
    damage: (zone, w) => {
      zone.edit(WWW, 'NSEC', /$/, ' CAA');
      zone.sign(WWW, 'NSEC', w.zsk);
    },
    codes: ['nsec/bitmap'],
  },
  {
    name: 'a type too few in a bitmap',
    damage: (zone, w) => {
      zone.edit(WWW, 'NSEC', ' A RRSIG', ' RRSIG');
      zone.sign(WWW, 'NSEC', w.zsk);
    },
    codes: ['nsec/bitmap'],
  },
  {
    name: 'glue in the bitmap of a delegation',
    damage: (zone, w) => {
      zone.add('insecure.example. 3600 IN A 192.0.2.8');
      zone.edit('insecure.example.', 'NSEC', ' NS RRSIG', ' A NS RRSIG');
      zone.sign('insecure.example.', 'NSEC', w.zsk);
    },
    codes: ['nsec/bitmap'],
  },
  {
    name: 'an RRset that was removed with its signature',
    damage: (zone) => zone.remove('secure.example.', 'DS', 'RRSIG DS'),
    codes: ['nsec/bitmap'],
  },
  {
    name: 'an NSEC at glue',
    damage: (zone) => zone.add('ns.secure.example. 300 IN NSEC text.example. A NSEC'),
    codes: ['nsec/occluded', 'zone/occluded'],
  },
  {
    name: 'an NSEC below a DNAME',
    damage: (zone) => {
      zone.add('below.dname.example. 3600 IN A 192.0.2.7');
      zone.add('below.dname.example. 300 IN NSEC text.example. A NSEC');
    },
    codes: ['nsec/occluded', 'zone/below-dname'],
  },
  {
    name: 'an NSEC at an empty non-terminal',
    damage: (zone, w) => {
      zone.add('ent.example. 300 IN NSEC a.b.ent.example. RRSIG NSEC');
      zone.sign('ent.example.', 'NSEC', w.zsk);
    },
    codes: ['nsec/no-data'],
  },
  {
    name: 'two NSEC at a name',
    damage: (zone, w) => {
      zone.add(zone.record(WWW, 'NSEC').replace('ns2.example.', 'zzz.example.'));
      zone.sign(WWW, 'NSEC', w.zsk);
    },
    codes: ['nsec/multiple'],
  },
  {
    name: 'another TTL of an NSEC',
    damage: (zone, w) => {
      zone.edit(WWW, 'NSEC', ' 300 ', ' 3600 ');
      zone.sign(WWW, 'NSEC', w.zsk);
    },
    codes: ['nsec/ttl'],
  },
  {
    name: 'an NSEC outside of the zone',
    damage: (zone) => zone.add('www.example.org. 300 IN NSEC example. A'),
    codes: ['nsec/out-of-zone'],
  },
  {
    name: 'no NS at the apex',
    damage: (zone, w) => {
      zone.remove('example.', 'NS', 'RRSIG NS');
      zone.edit('example.', 'NSEC', ' NS SOA', ' SOA');
      zone.sign('example.', 'NSEC', w.zsk);
    },
    codes: ['zone/no-ns'],
  },
  {
    name: 'a DS at the apex',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DS ${w.dsText(2)}`);
      zone.sign('example.', 'DS', w.zsk);
      zone.edit('example.', 'NSEC', ' SOA RRSIG', ' SOA DS RRSIG');
      zone.sign('example.', 'NSEC', w.zsk);
    },
    codes: ['ds/at-apex'],
  },
  {
    name: 'a DS without a delegation',
    damage: (zone, w) => {
      zone.add(`text.example. 3600 IN DS ${w.dsText(2)}`);
      zone.sign('text.example.', 'DS', w.zsk);
      zone.edit('text.example.', 'NSEC', ' TXT RRSIG', ' TXT DS RRSIG');
      zone.sign('text.example.', 'NSEC', w.zsk);
    },
    codes: ['ds/no-delegation'],
  },
  {
    name: 'an NSEC3 chain beside the NSEC chain, without NSEC3PARAM',
    damage: (zone, w) => {
      const owner = `${'0'.repeat(32)}.example.`;
      zone.add(`${owner} 300 IN NSEC3 1 0 0 - ${'0'.repeat(32)} A RRSIG`);
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['denial/mixed', 'nsec3/extra-chain'],
  },
];

/** The owners of the NSEC3 records of a name, by the types in their bitmaps. */
const textRecord = (rdata: string): boolean => rdata.endsWith(' DNAME RRSIG');

const nsec3Mutants: readonly Mutant[] = [
  {
    name: 'no NSEC3 for a name',
    damage: (zone) => zone.remove(zone.nsec3Owner(textRecord), 'NSEC3', 'RRSIG NSEC3'),
    codes: ['nsec3/missing', 'nsec3/next'],
  },
  {
    name: 'a type too many in a bitmap',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner(textRecord);
      zone.edit(owner, 'NSEC3', 'DNAME RRSIG', 'TXT DNAME RRSIG');
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/bitmap'],
  },
  {
    name: 'a type in the bitmap of an empty non-terminal',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner((rdata) => /^\S+ \S+ \S+ \S+ \S+$/.test(rdata));
      zone.edit(owner, 'NSEC3', /$/, ' A');
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/bitmap'],
  },
  {
    name: 'another next hash',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner(textRecord);
      zone.edit(owner, 'NSEC3', /- \S{32}/, `- ${'0'.repeat(32)}`);
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/next'],
  },
  {
    name: 'a record for a name that is not there',
    damage: (zone) => {
      zone.remove('text.example.', 'TXT', 'RRSIG TXT');
    },
    codes: ['nsec3/orphan'],
  },
  {
    name: 'unknown flags',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner(textRecord);
      zone.edit(owner, 'NSEC3', /NSEC3 1 [01]/, (found) => found.replace('1 0', '1 2').replace('1 1', '1 3'));
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/flags'],
  },
  {
    name: 'two records of a hash',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner(textRecord);
      zone.add(zone.record(owner, 'NSEC3').replace('DNAME RRSIG', 'TXT DNAME RRSIG'));
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/multiple'],
  },
  {
    name: 'another TTL',
    damage: (zone, w) => {
      const owner = zone.nsec3Owner(textRecord);
      zone.edit(owner, 'NSEC3', ' 300 ', ' 3600 ');
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/ttl'],
  },
  {
    name: 'an owner that is no hash',
    damage: (zone, w) => {
      const line = zone.record(zone.nsec3Owner(textRecord), 'NSEC3');
      zone.add(line.replace(/^\S+/, 'text.example.'));
      zone.sign('text.example.', 'NSEC3', w.zsk);
    },
    codes: ['nsec3/owner'],
  },
  {
    name: 'no NSEC3PARAM',
    damage: (zone) => {
      zone.remove('example.', 'NSEC3PARAM', 'RRSIG NSEC3PARAM');
    },
    codes: ['nsec3/bitmap', 'nsec3/no-param'],
  },
  {
    name: 'an NSEC3PARAM of another chain',
    damage: (zone, w) => {
      zone.edit('example.', 'NSEC3PARAM', '1 0 0 -', '1 0 0 AB');
      zone.sign('example.', 'NSEC3PARAM', w.zsk);
    },
    codes: ['nsec3/no-param', 'nsec3/param-without-chain'],
  },
  {
    name: 'an NSEC3PARAM with flags',
    damage: (zone, w) => {
      zone.edit('example.', 'NSEC3PARAM', '1 0 0 -', '1 1 0 -');
      zone.sign('example.', 'NSEC3PARAM', w.zsk);
    },
    codes: ['nsec3/param-flags'],
  },
  {
    name: 'a record of another chain',
    damage: (zone, w) => {
      const owner = `${'0'.repeat(32)}.example.`;
      zone.add(`${owner} 300 IN NSEC3 1 0 0 AB ${'0'.repeat(32)} A RRSIG`);
      zone.sign(owner, 'NSEC3', w.zsk);
    },
    codes: ['nsec3/extra-chain'],
  },
  {
    name: 'an unknown hash algorithm',
    damage: (zone, w) => {
      for (const line of zone.lines.filter((one) => / IN NSEC3 /.test(one))) {
        const owner = line.split(' ')[0]!;
        zone.edit(owner, 'NSEC3', 'NSEC3 1', 'NSEC3 2');
        zone.sign(owner, 'NSEC3', w.zsk);
      }
      zone.edit('example.', 'NSEC3PARAM', '1 0 0 -', '2 0 0 -');
      zone.sign('example.', 'NSEC3PARAM', w.zsk);
    },
    codes: ['nsec3/hash-algorithm'],
  },
];

const optOutMutants: readonly Mutant[] = [
  {
    name: 'no opt-out where a delegation is left out',
    damage: (zone, w) => {
      for (const line of zone.lines.filter((one) => / IN NSEC3 /.test(one)).slice(1)) {
        const owner = line.split(' ')[0]!;
        zone.edit(owner, 'NSEC3', 'NSEC3 1 1', 'NSEC3 1 0');
        zone.sign(owner, 'NSEC3', w.zsk);
      }
    },
    codes: ['nsec3/opt-out'],
  },
  {
    name: 'a secure delegation that is left out',
    damage: (zone, w) => {
      zone.add(`insecure.example. 3600 IN DS 12345 13 2 ${'AB'.repeat(32)}`);
      zone.sign('insecure.example.', 'DS', w.zsk);
    },
    codes: ['nsec3/opt-out-secure'],
  },
  {
    name: 'a name that is left out',
    damage: (zone, w) => {
      zone.add('new.example. 3600 IN A 192.0.2.6');
      zone.sign('new.example.', 'A', w.zsk);
    },
    codes: ['nsec3/missing'],
  },
];

const zonemdMutants: readonly Mutant[] = [
  {
    name: 'another digest',
    damage: (zone, w) => {
      zone.edit('example.', 'ZONEMD', / 1 1 \S{8}/, ' 1 1 00000000');
      zone.sign('example.', 'ZONEMD', w.zsk);
    },
    codes: ['zonemd/digest'],
  },
  {
    name: 'changed glue, which nothing but the digest covers',
    damage: (zone) => zone.edit('ns.secure.example.', 'A', '192.0.2.4', '192.0.2.9'),
    codes: ['zonemd/digest'],
  },
  {
    name: 'another serial',
    damage: (zone, w) => {
      zone.edit('example.', 'ZONEMD', 'ZONEMD 1 1 1', 'ZONEMD 2 1 1');
      zone.sign('example.', 'ZONEMD', w.zsk);
    },
    codes: ['zonemd/serial'],
  },
  {
    name: 'two of a kind',
    damage: (zone, w) => {
      zone.add(zone.record('example.', 'ZONEMD').replace(/ 1 1 \S{8}/, ' 1 1 00000000'));
      zone.sign('example.', 'ZONEMD', w.zsk);
    },
    codes: ['zonemd/duplicate'],
  },
  {
    name: 'an unknown hash algorithm',
    damage: (zone, w) => {
      zone.edit('example.', 'ZONEMD', 'ZONEMD 1 1 1', 'ZONEMD 1 1 240');
      zone.sign('example.', 'ZONEMD', w.zsk);
    },
    codes: ['zonemd/unverifiable'],
  },
];

const isBy = (algorithm: number) => (line: string) => new RegExp(` RRSIG \\S+ ${algorithm} `).test(line);

const algorithmMutants: readonly Mutant[] = [
  {
    name: 'an RRset without a signature of one of them',
    damage: (zone) => {
      zone.lines = zone.lines.filter(
        (line) => !(line.startsWith(WWW) && line.includes(' A ') && isBy(13)(line)),
      );
    },
    codes: ['rrsig/missing-algorithm'],
  },
  {
    name: 'an RRset without any signature',
    damage: (zone) => zone.remove(WWW, 'RRSIG A'),
    codes: ['rrsig/missing'],
  },
  {
    name: 'a DNSKEY RRset without a signature of one of them',
    damage: (zone) => {
      zone.lines = zone.lines.filter((line) => !(line.includes(' RRSIG DNSKEY ') && isBy(13)(line)));
    },
    codes: ['rrsig/missing-algorithm'],
  },
  {
    name: 'an invalid signature of one of them',
    damage: (zone) => {
      const line = zone.rrset(WWW, 'RRSIG A').find(isBy(13))!;
      zone.lines[zone.lines.indexOf(line)] = line.replace(/ \S(?=\S+$)/, (first) =>
        first === ' A' ? ' B' : ' A',
      );
    },
    codes: ['rrsig/invalid'],
  },
  {
    name: 'no signature of one of them at all',
    damage: (zone, w) => {
      zone.lines = zone.lines.filter((line) => !isBy(w.zsk.algorithm)(line));
    },
    codes: ['cds/no-match', 'rrsig/missing-algorithm'],
  },
];

const ALL: MutantGroup['denials'] = [
  ['NSEC', NSEC],
  ['NSEC3', NSEC3],
  ['NSEC3 with opt-out', OPT_OUT],
];

/** Every way to damage a zone. */
export const MUTANTS: readonly MutantGroup[] = [
  { title: 'signatures', mutants: signatureMutants, denials: ALL },
  { title: 'keys', mutants: keyMutants, denials: ALL },
  { title: 'content', mutants: contentMutants, denials: ALL },
  { title: 'an NSEC chain', mutants: nsecMutants, denials: ALL.slice(0, 1) },
  { title: 'an NSEC3 chain', mutants: nsec3Mutants, denials: ALL.slice(1) },
  { title: 'an opt-out chain', mutants: optOutMutants, denials: ALL.slice(2) },
  { title: 'a digest', mutants: zonemdMutants, denials: ALL, zonemd: 1 },
  { title: 'a zone of two algorithms', mutants: algorithmMutants, denials: ALL, second: 13 },
];
