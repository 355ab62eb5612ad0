import { parentPort } from 'node:worker_threads';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { doRows, type WorkerOrder } from './worker-pool.ts';

parentPort?.on('message', (order: WorkerOrder) => {
  // What fails here ends the thread, and so the run.
  void doRows(order, nodeCrypto).then(() => parentPort?.postMessage(order.id));
});
