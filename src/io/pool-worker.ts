import { parentPort, workerData } from 'node:worker_threads';
import { readStretches } from '../zone/parse-stretches.ts';
import { compileLess } from './compile-less.ts';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { ReadySigners } from './ready-signers.ts';
import { doRows, type WorkerAnswer, type WorkerOrder } from './worker-pool.ts';

if ((workerData as { isOwnProcess: boolean }).isOwnProcess) compileLess();
const ready = new ReadySigners(nodeCrypto);
/** One order at a time, in their order. */
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (order: WorkerOrder) => {
  // What fails here ends the thread, and so the run.
  last = last.then(async () => parentPort?.postMessage(await answer(order)));
});

async function answer(order: WorkerOrder): Promise<WorkerAnswer> {
  const { id } = order;
  if ('stretches' in order) return { id, read: readStretches(order.stretches) };
  if ('signers' in order) await ready.prepare(order.signers);
  else await doRows(order, ready.crypto);
  return { id };
}
