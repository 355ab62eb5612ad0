// Signs a zone: node sign-run.mjs DIRECTORY [PAUSE]. DIRECTORY has `zone` and `keys`. Prints what came of it as JSON; with PAUSE it says
// "writing" and waits for so many milliseconds when half of the output is written.
import { setTimeout as sleep } from 'timers/promises';
import { sign } from '../../../src/commands/sign.ts';
import { singleThreadPool } from '../../../src/dnssec/work-pool.ts';
import { ZonewrightError } from '../../../src/errors.ts';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { fileStore } from '../../../src/io/file-store.ts';
import { openInclude } from '../../../src/io/include-files.ts';
import { fileLocks } from '../../../src/io/state-lock.ts';
import type { FileStore } from '../../../src/keys/file-store.ts';
import { plainSignOptions } from '../sign-options.ts';
import { operations } from './faulty-fs.ts';
import { PLAIN_KEYS_ONLY } from '../key-access.ts';

const NOW = 1767225600;
const [directory = '', pause] = process.argv.slice(2);

/** The machine's files, but the writing of the output waits in the middle. */
const slowFiles: FileStore = {
  ...fileStore,
  async openAtomic(...args) {
    const file = await fileStore.openAtomic(...args);
    return {
      ...file,
      async write(data) {
        const half = Math.floor(data.length / 2);
        await file.write(data.slice(0, half));
        console.log('writing');
        await sleep(Number(pause));
        await file.write(data.slice(half));
      },
    };
  },
};

async function run(): Promise<object> {
  try {
    const { changed, serial } = await sign(
      { ...plainSignOptions(directory), zonemd: 1 },
      {
        now: NOW,
        simulated: false,
        files: pause === undefined ? fileStore : slowFiles,
        locks: fileLocks({ patience: 0 }),
        crypto: nodeCrypto,
        keyAccess: PLAIN_KEYS_ONLY,
        pool: singleThreadPool(nodeCrypto),
        openInclude,
        readStdin: () => Promise.resolve(new Uint8Array()),
        warn: () => undefined,
      },
    );
    return { result: 'done', changed, serial };
  } catch (error) {
    if (error instanceof ZonewrightError) return { result: error.kind, code: error.code };
    return { result: 'unexpected', message: String(error) };
  }
}

const result = await run();
console.log(JSON.stringify({ ...result, operations: operations() }));
