import { nameFromText } from '../../../src/dns/name.ts';
import { DAY } from '../sign-text.ts';
import { signAgain, type Mutant } from './world.ts';

/** A host of the zone. */
const WWW = 'ns1.example.';

export const signatureMutants: readonly Mutant[] = [
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
    codes: ['rrsig/ttl-beyond-expiration', 'timing/ends-soon', 'timing/soa-expire'],
  },
  {
    name: 'a signature over signatures',
    damage: (zone) => zone.add(zone.record(WWW, 'RRSIG A').replace('RRSIG A ', 'RRSIG RRSIG ')),
    codes: ['rrsig/over-rrsig'],
  },
  {
    name: 'two signatures by one key',
    damage: (zone, w) => zone.addSignature(WWW, 'A', w.zsk, { inception: w.now - 7200 }),
    codes: ['rrsig/duplicate'],
  },
  {
    name: 'signatures by two keys of one algorithm',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger)}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
      zone.addSignature(WWW, 'A', w.stranger);
    },
    codes: ['rrsig/superfluous'],
  },
  {
    name: 'more signatures than validators try',
    damage: (zone, w) => {
      for (let i = 0; i < 20; i++)
        zone.addSignature(WWW, 'A', w.stranger, { keyTag: w.zsk.keyTag, inception: w.now - 3600 - i });
      // Those that are tried depend on their order, in which chance has a part: let none be good.
      zone.lines = zone.lines.filter((line) => line !== zone.rrset(WWW, 'RRSIG A')[0]);
    },
    codes: ['rrsig/invalid', 'rrsig/too-many-tries'],
  },
  {
    name: 'a signature that has just begun',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { inception: w.now }),
    codes: ['rrsig/recent-inception'],
  },
  {
    name: 'a signature for more than half a year',
    damage: (zone, w) => zone.sign(WWW, 'A', w.zsk, { expiration: w.now + 200 * DAY }),
    codes: ['rrsig/long-validity'],
  },
  {
    name: 'a clock that was an hour fast when all was signed',
    damage: (zone, w) => signAgain(zone, w, { inception: w.now + 3600 }),
    codes: ['dnskey/not-self-signed', 'rrsig/not-yet-valid'],
    cause: 'timing/clock',
  },
  {
    name: 'secondaries that serve for longer than the signatures last',
    damage: (zone, w) => {
      zone.edit('example.', 'SOA', ' 1209600 ', ' 3600000 ');
      zone.sign('example.', 'SOA', w.zsk);
    },
    codes: ['timing/soa-expire'],
  },
];
