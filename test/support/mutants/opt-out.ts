import type { Mutant } from './world.ts';

export const optOutMutants: readonly Mutant[] = [
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
