import { afterAll, expect, test } from '@jest/globals';
import { zoneText } from '../../src/commands/zone-text.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { workerPool } from '../../src/io/worker-pool.ts';
import { signText } from '../support/sign-text.ts';
import { ed25519Key } from '../support/test-keys.ts';
import { zoneFromText, zoneToText } from '../support/zone-text.ts';

const OWNERS = 4000;
const TEXT = [
  '@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 300',
  '@ 3600 IN NS ns',
  ...Array.from({ length: OWNERS }, (_, i) => `host${i} 300 IN TXT "${'text '.repeat(i % 40)}"`),
  // More than a page, and more than the pages before let expect.
  `large 300 IN TXT ${Array<string>(200)
    .fill(`"${'\\001'.repeat(250)}"`)
    .join(' ')}`,
].join('\n');

const pools = [1, 2, 3].map((threads) => ({ threads, pool: workerPool(nodeCrypto, threads) }));
afterAll(() => Promise.all(pools.map(({ pool }) => pool.close())));

async function textOf(blocks: AsyncIterable<Uint8Array>): Promise<string> {
  const copies: Uint8Array[] = [];
  for await (const block of blocks) copies.push(Uint8Array.from(block));
  return Buffer.concat(copies).toString('latin1');
}

test.each(pools)('$threads threads print what one would', async ({ pool }) => {
  const zone = zoneFromText(TEXT);
  const expected = zoneToText(zone);
  for (const pageSize of [1, 5_000, 300_000, undefined])
    expect(await textOf(zoneText(zone, pool, { pageSize }))).toBe(expected);
});

test('a signed zone prints alike', async () => {
  const { zone } = await signText(TEXT, { keys: [ed25519Key('csk', 'a CSK')] });
  expect(await textOf(zoneText(zone, pools[1]!.pool, { pageSize: 100_000 }))).toBe(zoneToText(zone));
});

test.each([2, 7, 1000, Infinity])('what is known is copied: all but one in %d', async (every) => {
  const zone = zoneFromText(TEXT);
  const lines = zoneToText(zone).split(/(?<=\n)/);
  const known = { starts: new Uint32Array(zone.ownerCount), ends: new Uint32Array(zone.ownerCount) };
  const expected: string[] = [];
  // The apex has two lines, all others have one.
  for (let rank = 0, at = 0; rank < zone.ownerCount; rank++) {
    const line = rank === 0 ? lines[0]! + lines[1]! : lines[rank + 1]!;
    const isKnown = rank % every > 0;
    // Where it starts may be known all the same.
    known.starts[rank] = at;
    if (isKnown) known.ends[rank] = at + line.length;
    expected.push(isKnown ? line.toUpperCase() : line);
    at += line.length;
  }
  const text = new TextEncoder().encode(lines.join('').toUpperCase());
  const blocks = zoneText(zone, pools[1]!.pool, { known: { text, ...known } });
  expect(await textOf(blocks)).toBe(expected.join(''));
});

test('nobody has to read to the end', async () => {
  const zone = zoneFromText(TEXT);
  const blocks = zoneText(zone, pools[1]!.pool, { pageSize: 300_000 });
  const first = await blocks.next();
  expect(first.done).toBe(false);
  await blocks.return(undefined);
  expect(await textOf(zoneText(zone, pools[1]!.pool, { pageSize: 300_000 }))).toBe(zoneToText(zone));
});

test('signatures over signatures, and over nothing, are printed too', () => {
  const rrsig = (covered: string): string =>
    `www.example.\t300\tIN\tRRSIG\t${covered} 15 2 300 20260201000000 20260101000000 1 example. AAAA`;
  const lines = ['www.example.\t300\tIN\tA\t192.0.2.1', rrsig('A'), rrsig('MX'), rrsig('RRSIG')];
  expect(
    zoneToText(zoneFromText(lines.join('\n')))
      .trimEnd()
      .split('\n')
      .sort(),
  ).toEqual(lines.sort());
});
