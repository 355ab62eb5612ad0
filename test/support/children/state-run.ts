// A run that changes the state of example.com: node state-run.mjs DIRECTORY SERIAL PATIENCE. Prints what came of it as JSON.
import { readState, withStateLock, writeState } from '../../../src/commands/state-store.ts';
import { nameFromText } from '../../../src/dns/name.ts';
import { ZonewrightError } from '../../../src/errors.ts';
import { fileStore } from '../../../src/io/file-store.ts';
import { fileLocks } from '../../../src/io/state-lock.ts';
import { operations } from './faulty-fs.ts';

const [directory = '', serial = '', patience = '0'] = process.argv.slice(2);
const zone = nameFromText('example.com');
const environment = {
  files: fileStore,
  locks: fileLocks({ patience: Number(patience) }),
  simulated: false,
};

async function run(): Promise<object> {
  try {
    await withStateLock(directory, zone, 'state-run', environment, async () => {
      const before = await readState(directory, zone, environment);
      if (before === undefined) throw new Error('there is no state');
      const audit = [{ time: Number(serial), what: 'run', why: 'test' }];
      await writeState(directory, zone, { ...before.state, audit }, environment);
    });
    return { result: 'done' };
  } catch (error) {
    if (error instanceof ZonewrightError) return { result: error.kind, code: error.code };
    return { result: 'unexpected', message: String(error) };
  }
}

const result = await run();
console.log(JSON.stringify({ ...result, operations: operations() }));
