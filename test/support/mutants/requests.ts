import { SEP_FLAG } from '../../../src/dnssec/dnskey.ts';
import { contentWithRequests, signOtherwise, withFlags, type Mutant } from './world.ts';

/** Damages of what asks the parent for DS records. */
export const requestMutants: readonly Mutant[] = [
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
    codes: ['cds/delete-request', 'cds/disagree'],
  },
  {
    name: 'a CDS of a key that does not sign, beside one that does',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN CDS ${w.dsText(2).replace(/ \S+$/, ` ${'00'.repeat(32)}`)}`);
      zone.sign('example.', 'CDS', w.ksk);
    },
    codes: ['cds/disagree', 'cds/unmatched'],
  },
  {
    name: 'a CDS of an unknown digest type beside one that is known',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN CDS ${w.ksk.keyTag} ${w.ksk.algorithm} 200 ABCDEF`);
      zone.sign('example.', 'CDS', w.ksk);
    },
    codes: ['cds/unsupported'],
  },
  {
    name: 'a delete request',
    damage: (zone, w) => {
      zone.edit('example.', 'CDS', w.dsText(2), '0 0 0 00');
      zone.edit('example.', 'CDNSKEY', w.dnskeyText(w.ksk), '0 3 0 AA==');
      zone.sign('example.', 'CDS', w.ksk);
      zone.sign('example.', 'CDNSKEY', w.ksk);
    },
    codes: ['cds/delete-request'],
  },
  {
    name: 'a CDS without CDNSKEY',
    damage: (zone, w) => signOtherwise(zone, w, contentWithRequests(w).replace(/^.* CDNSKEY .*$/m, '')),
    codes: ['cds/one-kind'],
  },
  {
    name: 'a CDS of a key without the SEP flag',
    damage: (zone, w) => {
      const ksk = withFlags(w.ksk, (flags) => flags & ~SEP_FLAG);
      const world = { ...w, ksk, dsText: (type: number) => w.dsText(type, ksk) };
      return signOtherwise(zone, world, contentWithRequests(world));
    },
    codes: ['cds/not-sep', 'dnskey/no-sep'],
  },
];
