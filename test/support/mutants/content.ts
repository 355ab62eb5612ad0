import type { Mutant } from './world.ts';

export const contentMutants: readonly Mutant[] = [
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
  {
    name: 'one name server',
    damage: (zone, w) => {
      zone.lines = zone.lines.filter((line) => line !== 'example. 3600 IN NS ns2.example.');
      zone.sign('example.', 'NS', w.zsk);
    },
    codes: ['zone/single-ns'],
  },
  {
    name: 'a delegation with a DS of an unknown digest type',
    damage: (zone, w) => {
      zone.add('secure.example. 3600 IN DS 12345 13 200 ABCDEF');
      zone.sign('secure.example.', 'DS', w.zsk);
    },
    codes: ['ds/unsupported'],
  },
];
