// The cron line of the zone example.: node rotate-run.mjs DIRECTORY NOW [START]. Rotates and signs, and prints what came of it as JSON.
import { cronLine } from '../cron-line.ts';
import { ZonewrightError } from '../../../src/errors.ts';
import { fileStore } from '../../../src/io/file-store.ts';
import { fileLocks } from '../../../src/io/state-lock.ts';
import { operations } from './faulty-fs.ts';

const [directory = '', now = '', start] = process.argv.slice(2);

async function run(): Promise<object> {
  try {
    await cronLine(
      directory,
      { now: Number(now), files: fileStore, locks: fileLocks({ patience: 0 }) },
      start === 'zsk' ? { start } : {},
    );
    return { result: 'done' };
  } catch (error) {
    if (error instanceof ZonewrightError) return { result: error.kind, code: error.code };
    return { result: 'unexpected', message: String(error) };
  }
}

const result = await run();
console.log(JSON.stringify({ ...result, operations: operations() }));
