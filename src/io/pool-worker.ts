import { parentPort } from 'node:worker_threads';
import { readStretch } from '../zone/parse-stretches.ts';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { doRows, type WorkerAnswer, type WorkerOrder } from './worker-pool.ts';

parentPort?.on('message', (order: WorkerOrder) => {
  // What fails here ends the thread, and so the run.
  void answer(order).then((done) => parentPort?.postMessage(done));
});

async function answer(order: WorkerOrder): Promise<WorkerAnswer> {
  const { id } = order;
  if ('stretch' in order) return { id, stretch: readStretch(order.stretch) };
  await doRows(order, nodeCrypto);
  return { id };
}
