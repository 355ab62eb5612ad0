import { parentPort } from 'node:worker_threads';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { doRows, type WorkerOrder } from './worker-pool.ts';

parentPort?.on('message', (order: WorkerOrder) => {
  doRows(order, nodeCrypto);
  parentPort?.postMessage('done');
});
