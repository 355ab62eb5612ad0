import { describe, expect, test } from '@jest/globals';
import { nameToText } from '../../src/dns/name.ts';
import { prepareFindingKept } from '../../src/dnssec/kept-jobs.ts';
import { KeptOwners, keptTask } from '../../src/dnssec/kept-owners.ts';
import { prepareKey } from '../../src/dnssec/prepared-keys.ts';
import type { SignRequest } from '../../src/dnssec/sign-request.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import type { Zone } from '../../src/zone/zone.ts';
import { DAY, NOW, NSEC, signText } from '../support/sign-text.ts';
import { ed25519Key, signingKey, type TestKey } from '../support/test-keys.ts';
import { zoneFromText, zoneToText } from '../support/zone-text.ts';

const KSK = ed25519Key('ksk', 'a KSK');
const ZSK = ed25519Key('zsk', 'a ZSK');
const OTHER = ed25519Key('zsk', 'another ZSK');
const REFRESH = 10 * DAY;

const TEXT = `
@ 3600 IN SOA ns h 1 7200 3600 1209600 300
@ 3600 IN NS ns
ns 3600 IN A 192.0.2.1
a 3600 IN A 192.0.2.2
a 3600 IN TXT "text of a" "tab\\009"
a 3600 IN TYPE65280 \\# 3 0a090d
child 3600 IN NS ns.child
child 3600 IN DS 1 8 2 ${'00'.repeat(32)}
ns.child 3600 IN A 192.0.2.3
*.w 300 IN MX 10 mail
${Array.from({ length: 60 }, (_, i) => `host${i} 300 IN A 192.0.2.${i}`).join('\n')}
`;

interface Search {
  readonly keys?: readonly TestKey[];
  readonly now?: number;
  readonly request?: Partial<SignRequest>;
  /** How many rows are looked at together, the last ones first. */
  readonly rows?: number;
}

const contentOf = (text: string): Zone => zoneFromText(text);
/** The signed text of a zone that has no keys of its own at the apex: `keptTask` does not ask for them. */
async function signed(text: string, keys: readonly TestKey[] = [KSK, ZSK]): Promise<string> {
  return zoneToText((await signText(text, { keys, jitter: 40000 })).zone);
}

function find(
  content: Zone,
  output: string,
  { keys = [KSK, ZSK], now = NOW + DAY, request = {}, rows = Infinity }: Search = {},
): KeptOwners | undefined {
  const signing = keys.map(signingKey);
  const task = keptTask(
    new TextEncoder().encode(output),
    content,
    {
      ...{
        keys: signing,
        denial: NSEC,
        now,
        inception: now,
        expiration: now,
        dnskeyExpiration: now,
        jitter: 0,
      },
      serialPolicy: 'keep',
      previous: { zone: content, trusted: true, refresh: REFRESH },
      ...request,
    },
    signing.map((key, index) => prepareKey(key, index, nodeCrypto)),
  );
  if (task === undefined) return undefined;
  const run = prepareFindingKept(task);
  const count = content.ownerCount;
  for (let last = count; last > 0; last -= rows) run(Math.max(0, last - rows), last);
  return new KeptOwners(content, task);
}

/** The owners that are not kept. */
function others(content: Zone, kept: KeptOwners | undefined): string[] {
  return Array.from(content.ownerNames, (_, rank) => rank)
    .filter((rank) => kept?.has(rank) !== true)
    .map((rank) => nameToText(content.ownerOf(rank)).replace('.example.', ''));
}

describe('owners that stay as they are', () => {
  test.each([1, 2, 5, 64, Infinity])('are all but the apex, %d looked for together', async (rows) => {
    const content = contentOf(TEXT);
    const output = await signed(TEXT);
    const kept = find(content, output, { rows });
    expect(others(content, kept)).toEqual(['example.']);
    const { text, starts, ends } = kept!.textsFor(content);
    const lines = output.split(/(?<=\n)/);
    const apexLength = lines.filter((line) => line.startsWith('example.')).join('').length;
    expect(new TextDecoder().decode(text.subarray(starts[1], ends.at(-1)))).toBe(output.slice(apexLength));
    const rest = lines.filter((line) => !line.startsWith('example.'));
    const countOf = (part: string): number => rest.filter((line) => line.includes(part)).length;
    const expirations = rest.flatMap((line) => / (\d{14}) \d{14} /.exec(line)?.[1] ?? []).sort();
    expect(kept!.count()).toEqual({
      owners: content.ownerCount - 1,
      rrsets: content.rrsetCount - 2,
      nsecs: countOf('\tNSEC\t'),
      nsec3s: 0,
      signedOwners: content.ownerCount - 2,
      signatures: countOf('\tRRSIG\t'),
    });
    const [signer, ...further] = kept!.signers;
    expect(further).toEqual([]);
    expect(signer).toMatchObject({ keyTag: ZSK.keyTag, algorithm: 15 });
    expect(new Date(signer!.firstExpiration * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14)).toBe(
      expirations[0],
    );
  });

  test.each<[string, (text: string) => string, string[]]>([
    ['an address', (text) => text.replace('192.0.2.2\n', '192.0.2.9\n'), ['a']],
    ['a further name', (text) => `${text}aa 60 IN A 192.0.2.1\n`, ['a', 'aa']],
    ['a name that is gone', (text) => text.replace(/^host5 .*\n/m, ''), ['host49']],
    ['a further type', (text) => `${text}host7 60 IN TXT x\n`, ['host7']],
    ['a type that is gone', (text) => text.replace(/^a .* TXT .*\n/m, ''), ['a']],
    ['a TTL', (text) => text.replace('host9 300', 'host9 301'), ['host9']],
    ['letter case', (text) => text.replace('host9 300', 'hosT9 300'), ['hosT9']],
    ['glue', (text) => text.replace('192.0.2.3\n', '192.0.2.9\n'), ['ns.child']],
    ['what is signed', (text) => text.replace(/^child .* DS .*\n/m, ''), ['child']],
    ['keys of an owner', (text) => `${text}host7 60 IN CDS 0 0 0 00\n`, ['host7']],
    ['an SOA of an owner', (text) => `${text}host7 60 IN SOA ns h 1 2 3 4 5\n`, ['host7']],
    ['the first name', (text) => `${text}! 60 IN A 192.0.2.1\n`, ['\\!']],
    ['the last name', (text) => `${text}~ 60 IN A 192.0.2.1\n`, ['*.w', '\\~']],
  ])('are those that the change of another left: %s', async (_, change, changed) => {
    const content = contentOf(change(TEXT));
    const output = await signed(TEXT);
    for (const rows of [3, Infinity])
      expect(others(content, find(content, output, { rows })).sort()).toEqual(
        ['example.', ...changed].sort(),
      );
  });

  const HOST7 = /^host7\.example\.\t300\tIN\tA\t.*\n/m;
  const HOST7_RRSIG = /^host7\.example\.\t300\tIN\tRRSIG\tA .*\n/m;
  test.each<[string, RegExp, (line: string) => string]>([
    ['has no signature', HOST7_RRSIG, () => ''],
    ['has two of one key', HOST7_RRSIG, (line) => line + line],
    ['has another TTL at a signature', HOST7_RRSIG, (line) => line.replace('300', '301')],
    ['has another original TTL', HOST7_RRSIG, (line) => line.replace(' 300 ', ' 301 ')],
    ['has a signature of another signer', HOST7_RRSIG, (line) => line.replace(' example. ', ' other. ')],
    ['has a signature of another key', HOST7_RRSIG, (line) => line.replace(/ \d+ example/, ' 1 example')],
    ['has a signature by another algorithm', HOST7_RRSIG, (line) => line.replace('A 15', 'A 13')],
    ['has a longer signature', HOST7_RRSIG, (line) => line.replace('\n', 'AAAA\n')],
    ['has a shorter signature', HOST7_RRSIG, (line) => line.replace(/....\n/, '\n')],
    ['has a signature that is due', HOST7_RRSIG, (line) => line.replace(/ 2026\d{10} /, ' 20260111235959 ')],
    [
      'has a signature of the future',
      HOST7_RRSIG,
      (line) => line.replace(/ 2025\d{10} /, ' 20260102000001 '),
    ],
    ['has a further record', HOST7, (line) => line + line],
    ['has a record that is gone', HOST7, () => ''],
  ])('are no owner that %s', async (_, wanted, change) => {
    const content = contentOf(TEXT);
    const output = await signed(TEXT);
    const changed = output.replace(wanted, change);
    expect(changed).not.toBe(output);
    expect(others(content, find(content, changed))).toEqual(['example.', 'host7']);
  });

  test('have a signature of each key that signs', async () => {
    const content = contentOf(TEXT);
    const both = await signed(TEXT, [KSK, ZSK, OTHER]);
    const keys = [KSK, ZSK, OTHER];
    const kept = find(content, both, { keys });
    expect(others(content, kept)).toEqual(['example.']);
    expect(kept!.signers.map(({ keyTag }) => keyTag)).toEqual([ZSK.keyTag, OTHER.keyTag]);
    // Glue has none.
    expect(find(content, both)!.count().owners).toBe(1);
    expect(find(content, await signed(TEXT), { keys })!.count().owners).toBe(1);
  });

  test('are none where all is due', async () => {
    const content = contentOf(TEXT);
    const kept = find(content, await signed(TEXT), { now: NOW + 21 * DAY });
    expect(kept!.count()).toMatchObject({ owners: 1, signatures: 0 });
    expect(kept!.signers).toEqual([]);
  });

  test.each<[string, Search]>([
    ['the zone is published unsigned', { request: { isUnsigned: true } }],
    ['keys cannot be told apart', { keys: [KSK, ZSK, ZSK] }],
  ])('are not looked for where %s', async (_, search) => {
    expect(find(contentOf(TEXT), await signed(TEXT), search)).toBeUndefined();
  });
});
