import { parentPort, workerData } from 'node:worker_threads';
import { sign } from '../commands/sign.ts';
import { singleThreadPool } from '../dnssec/work-pool.ts';
import { environmentError, ZonewrightError } from '../errors.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { fileStore } from '../io/file-store.ts';
import { openInclude } from '../io/include-files.ts';
import { withListsKept } from '../keys/lists-kept.ts';
import { fileLocks } from '../io/state-lock.ts';
import { describeFailure } from './failure.ts';
import { carryError, NOT_HERE, type ThreadAnswer, type ThreadOrder, type ThreadRun } from './zone-thread.ts';

/** A thread that signs small zones, each of them whole. */

const { now, simulated } = workerData as ThreadRun;

async function notHere(): Promise<never> {
  throw environmentError(NOT_HERE, 'this thread opens plain keys only');
}

const files = withListsKept(fileStore);
const locks = fileLocks();
const pool = singleThreadPool(nodeCrypto);

async function answer({ id, options }: ThreadOrder): Promise<ThreadAnswer> {
  const warnings: { message: string; hint: string | undefined }[] = [];
  try {
    const result = await sign(options, {
      now,
      simulated,
      files,
      locks,
      crypto: nodeCrypto,
      keyAccess: {
        encryption: { encrypt: notHere, decrypt: notHere },
        tokens: { open: notHere, find: notHere, generate: notHere, remove: notHere, close: notHere },
      },
      pool,
      openInclude,
      readStdin: notHere,
      warn: (message, hint) => void warnings.push({ message, hint }),
    });
    return { id, warnings, outcome: { kind: 'signed', result } };
  } catch (error) {
    if (error instanceof ZonewrightError && error.code === NOT_HERE)
      return { id, warnings: [], outcome: { kind: 'not-here' } };
    return { id, warnings, outcome: { kind: 'failed', failure: carryError(describeFailure(error)) } };
  }
}

parentPort?.on('message', (order: ThreadOrder) => {
  void answer(order).then((result) => parentPort?.postMessage(result));
});
