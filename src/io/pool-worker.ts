import { parentPort } from 'node:worker_threads';
import { readStretches } from '../zone/parse-stretches.ts';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { doRows, type WorkerAnswer, type WorkerOrder } from './worker-pool.ts';

parentPort?.on('message', (order: WorkerOrder) => {
  // What fails here ends the thread, and so the run.
  void answer(order).then((done) => parentPort?.postMessage(done));
});

async function answer(order: WorkerOrder): Promise<WorkerAnswer> {
  const { id } = order;
  if ('stretches' in order) return { id, read: readStretches(order.stretches) };
  await doRows(order, nodeCrypto);
  return { id };
}
