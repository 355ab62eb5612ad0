import type { Mutant } from './world.ts';

/** A host of the zone. */
const WWW = 'ns1.example.';

export const nsecMutants: readonly Mutant[] = [
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
  {
    name: 'an edit after the zone was signed',
    damage: (zone) => {
      zone.edit('example.', 'SOA', ' 1 7200', ' 2 7200');
      zone.edit(WWW, 'A', '192.0.2.1', '192.0.2.9');
      zone.add('text.example. 3600 IN A 192.0.2.8');
    },
    codes: ['nsec/bitmap', 'rrsig/invalid', 'rrsig/missing'],
    cause: 'zone/edited',
  },
];
