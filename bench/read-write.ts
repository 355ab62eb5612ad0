/**
 * `read-write ORIGIN IN [OUT]`: parses a zone and, where there is an OUT, indexes and prints it, as `sign` does, with all cores.
 *
 * No command does this without signing, so the benchmark bundles this file.
 */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { zoneText } from '../src/commands/zone-text.ts';
import { nameFromText } from '../src/dns/name.ts';
import { nodeCrypto } from '../src/io/crypto/node-crypto.ts';
import { fileStore } from '../src/io/file-store.ts';
import { workerPool } from '../src/io/worker-pool.ts';
import { parseByStretches } from '../src/zone/parse-stretches.ts';
import { Zone } from '../src/zone/zone.ts';

const [originText, input, output] = process.argv.slice(2);
if (originText === undefined || input === undefined) throw new Error('usage: read-write ORIGIN IN [OUT]');

const origin = nameFromText(originText);
const pool = workerPool(nodeCrypto, availableParallelism(), true);
await pool.expect(Infinity);
const source = { file: input, bytes: await fileStore.read(input) };
const { store, zoneClass } = await parseByStretches(source, { origin }, pool.readers);
if (output !== undefined) {
  const file = openSync(output, 'w');
  for await (const block of zoneText(new Zone(store, { origin, zoneClass }), pool))
    writeFileSync(file, block);
  closeSync(file);
}
await pool.close();
