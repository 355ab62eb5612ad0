// Takes a lock: node lock-run.mjs FILE PATIENCE END. Prints "held" while it has it, and reports an overlap with any other run that has it, too.
import { open, rm } from 'fs/promises';
import { setTimeout as sleep } from 'timers/promises';
import { fileLocks } from '../../../src/io/state-lock.ts';

const [file = '', patience = '', end = ''] = process.argv.slice(2);
const lock = await fileLocks({ patience: Number(patience) }).acquire(file, `lock-run ${end}`);

const marker = `${file}-inside`;
await (await open(marker, 'wx')).close();
console.log('held');
await sleep(5);
await rm(marker);

switch (end) {
  case 'release':
    await lock.release();
    break;
  case 'crash':
    process.kill(process.pid, 'SIGKILL');
    break;
  case 'exit':
    process.exit(7);
    break;
  case 'throw':
    throw new Error('uncaught');
  case 'wait':
    await sleep(60_000);
    break;
  default:
    throw new Error(`what is ${end}?`);
}
