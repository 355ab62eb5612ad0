import type { Mutant } from './world.ts';

export const zonemdMutants: readonly Mutant[] = [
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
    codes: ['zonemd/unsupported', 'zonemd/unverifiable'],
  },
  {
    name: 'a private scheme beside one that is known',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN ZONEMD 1 240 1 ${'AB'.repeat(48)}`);
      zone.sign('example.', 'ZONEMD', w.zsk);
    },
    codes: ['zonemd/unsupported'],
  },
  {
    name: 'a digest, but no key and no signature',
    damage: (zone) => {
      zone.lines = zone.lines.filter((line) => !/ IN (?:RRSIG|DNSKEY|NSEC|NSEC3|NSEC3PARAM) /.test(line));
    },
    codes: ['zone/digest-only', 'zonemd/digest'],
  },
];
