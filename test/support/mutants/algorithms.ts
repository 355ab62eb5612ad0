import type { Mutant } from './world.ts';

const WWW = 'ns1.example.';

const isBy = (algorithm: number) => (line: string) => new RegExp(` RRSIG \\S+ ${algorithm} `).test(line);

export const algorithmMutants: readonly Mutant[] = [
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
    codes: ['rrsig/missing-algorithm'],
  },
];
