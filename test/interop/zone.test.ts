import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalName, nameFromText, nameToText } from '../../src/dns/name.ts';
import { lowerCaseRdata } from '../../src/rr/rdata.ts';
import { Type, typeName } from '../../src/rr/registry.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { printZone } from '../../src/zone/print-zone.ts';
import { Zone } from '../../src/zone/zone.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { randomZone, storeOf, type RandomRecord } from '../zone/random-zone.ts';
import { parseText } from '../zone/zone-text.ts';

const origin = nameFromText('example.');
const lenient = [
  '-k',
  'ignore',
  '-i',
  'none',
  '-n',
  'ignore',
  '-m',
  'ignore',
  '-M',
  'ignore',
  '-S',
  'ignore',
  '-r',
  'ignore',
];

/** Every record of a zone in canonical form, with the TTL of its RRset. */
function canonicalRecords(zone: Zone): string[] {
  const records: string[] = [];
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const owner = nameToText(canonicalName(zone.ownerOf(rank)));
    for (let rrset = zone.ownerRrsets[rank]!; rrset < zone.ownerRrsets[rank + 1]!; rrset++) {
      const type = zone.rrsetTypes[rrset]!;
      for (const rdata of zone.rdatasOf(rrset)) {
        const copy = rdata.slice();
        lowerCaseRdata(type, copy, 0, copy.length);
        records.push(
          `${owner} ${zone.rrsetTtls[rrset]} ${typeName(type)} ${Buffer.from(copy).toString('hex')}`,
        );
      }
    }
  }
  return records;
}

const readText = (text: string): Zone => {
  const { store, zoneClass } = parseZone({ file: 'peer', bytes: Buffer.from(text, 'latin1') }, { origin });
  return new Zone(store, { origin, zoneClass });
};

/** A zone that servers load: random records below `example.`, without aliases, cuts and second SOAs. */
function loadableZone(
  seed: number,
  keep: (record: RandomRecord) => boolean = () => true,
): { zone: Zone; file: string } {
  const plain = new Set<number>([Type.A, Type.AAAA, Type.MX, Type.TXT, Type.SRV, 65280]);
  const records = fc
    .sample(randomZone, { seed, numRuns: 40 })
    .flatMap((random) => random.records.map((record) => moved(record, random.origin)))
    .filter(({ owner, type }) => plain.has(type) && owner.length < 256)
    .filter(keep);
  const head = parseText('@ 300 SOA ns.other. host.other. 1 2 3 4 5\n@ 300 NS ns.other.\n').store;
  const apex = [0, 1].map((record) => ({
    owner: origin,
    type: head.types[record]!,
    ttl: 300,
    rdata: head.rdataOf(record),
  }));
  const zone = new Zone(storeOf([...apex, ...records]), { origin, zoneClass: 1 });
  const file = path.join(temporaryDirectory(), 'zone');
  writeFileSync(file, Buffer.concat([...printZone(zone)].map((block) => Uint8Array.from(block))));
  return { zone, file };
}

/** Whether the name in RDATA has "@" as its first label: ldns takes it for the origin, in whatever way it is escaped. */
function beginsWithAt(type: number, rdata: Uint8Array): boolean {
  const at = type === Type.MX ? 2 : type === Type.SRV ? 6 : -1;
  return at >= 0 && rdata[at] === 1 && rdata[at + 1] === 64;
}

function moved(record: RandomRecord, from: Uint8Array): RandomRecord {
  return {
    ...record,
    owner: Uint8Array.from([...record.owner.slice(0, record.owner.length - from.length), ...origin]),
  };
}

const seeds = [1, 2, 3, 4, 5];

describeWithPeers(['named-compilezone'], 'BIND reads what we print', () => {
  test.each(seeds)('seed %i', async (seed) => {
    const { zone, file } = loadableZone(seed);
    expect(zone.recordCount).toBeGreaterThan(90);
    const { status, stdout, stderr } = await runPeer('named-compilezone', [
      ...lenient,
      '-o',
      '-',
      'example.',
      file,
    ]);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(canonicalRecords(readText(stdout.replace(/^OK$/m, '')))).toEqual(canonicalRecords(zone));
  });
});

describeWithPeers(['ldns-read-zone'], 'ldns reads what we print', () => {
  test.each(seeds)('seed %i', async (seed) => {
    const { zone, file } = loadableZone(seed, ({ type, rdata }) => !beginsWithAt(type, rdata));
    const { status, stdout } = await runPeer('ldns-read-zone', [file]);
    expect(status).toBe(0);
    // ldns does not escape quotes and dollar signs in names that it prints.
    const escaped = stdout.replace(/^\S+|(?<=\t(?:MX|SRV)\t.* )\S+$/gm, (name) =>
      name.replace(/["$@]/g, '\\$&'),
    );
    expect(canonicalRecords(readText(escaped))).toEqual(canonicalRecords(zone));
  });
});

describeWithPeers(['kzonecheck'], 'Knot reads what we print', () => {
  test.each(seeds)('seed %i', async (seed) => {
    const { file } = loadableZone(seed);
    const { status, stdout, stderr } = await runPeer('kzonecheck', ['-o', 'example.', file]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.any(String), stderr: '' });
  });
});

describeWithPeers(['named-compilezone'], 'BIND expands $GENERATE to the same records', () => {
  test.each([
    '1-3 a$ A 192.0.2.$',
    '0-10/5 a$ A 192.0.2.$',
    '0-255/17 $ PTR host-$.other.',
    '5-7 a${3} A 192.0.2.${-2}',
    '5-7 a${0,3}.${0,3,d} A 192.0.2.$',
    '8-9 ${0,4,d}-${0,4,o}-${0,4,x}-${0,4,X}-${5,0,X} A 192.0.2.1',
    '1-2 ${-3}x${-3,4} TXT ${-2,0,x}',
    '0-20/10 x${0,1,n}.${0,3,n}.${0,4,n}x.${0,7,N}x.${0,0,n} A 192.0.2.1',
    '1000-1001 ${-2000,0,n}.y.${-2000,6,x} A 192.0.2.1',
    '1-1 a$$b\\$ TXT "$$ \\$"',
    '1-2 @ NS ns$.other.',
    '1-2 a 5 IN A 192.0.2.$',
    '1-2 a IN 5 A 192.0.2.$',
    '1-2 a MX "10 m$"',
    '1-2 a TXT "one $ two"',
    '1-1 a TXT "\\"one $\\" two\\\\three \\;x"',
    '1-1 a\\046$\\032b A 192.0.2.1',
    '1-1 a$ TXT x\\"$',
  ])('%s', async (directive) => {
    const text = `$TTL 300\n@ SOA ns.other. host.other. 1 2 3 4 5\n@ NS ns.other.\n$GENERATE ${directive}\n`;
    const file = path.join(temporaryDirectory(), 'zone');
    writeFileSync(file, text, 'latin1');
    const { status, stdout, stderr } = await runPeer('named-compilezone', [
      ...lenient,
      '-o',
      '-',
      'example.',
      file,
    ]);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const { store, zoneClass } = parseText(text);
    expect(canonicalRecords(new Zone(store, { origin, zoneClass }))).toEqual(
      canonicalRecords(readText(stdout.replace(/^OK$/m, ''))),
    );
  });
});
