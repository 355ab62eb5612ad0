import { NSEC3, OPT_OUT } from '../sign-text.ts';
import { plainContent, signOtherwise, type Mutant } from './world.ts';

/** A host of the zone. */
const WWW = 'ns1.example.';

/** The owners of the NSEC3 records of a name, by the types in their bitmaps. */
const textRecord = (rdata: string): boolean => rdata.endsWith(' DNAME RRSIG');

export const nsec3Mutants: readonly Mutant[] = [
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
  {
    name: 'an edit after the zone was signed',
    damage: (zone) => {
      zone.edit('example.', 'SOA', ' 1 7200', ' 2 7200');
      zone.edit(WWW, 'A', '192.0.2.1', '192.0.2.9');
      zone.add('text.example. 3600 IN A 192.0.2.8');
    },
    codes: ['nsec3/bitmap', 'rrsig/invalid', 'rrsig/missing'],
    cause: 'zone/edited',
  },
  {
    name: 'additional iterations',
    damage: (zone, w) => signOtherwise(zone, w, plainContent(), { denial: { ...NSEC3, iterations: 5 } }),
    codes: ['nsec3/iterations'],
  },
  {
    name: 'more iterations than validators take',
    damage: (zone, w) => signOtherwise(zone, w, plainContent(), { denial: { ...NSEC3, iterations: 151 } }),
    codes: ['nsec3/iterations-excessive'],
  },
  {
    name: 'a salt',
    damage: (zone, w) =>
      signOtherwise(zone, w, plainContent(), { denial: { ...NSEC3, salt: Uint8Array.of(1, 2) } }),
    codes: ['nsec3/salt'],
  },
  {
    name: 'opt-out in a zone of few delegations',
    damage: (zone, w) => signOtherwise(zone, w, plainContent(), { denial: OPT_OUT }),
    codes: ['nsec3/needless-opt-out'],
  },
];
