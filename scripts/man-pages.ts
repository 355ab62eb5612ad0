import { manualPages } from './manual.ts';
import { COMMAND_NAMES, createProgram } from '../src/cli/program.ts';
import { processIo } from '../src/io/process-io.ts';

/** The manual pages by the names of their files. */
export async function manPages(time: Date): Promise<ReadonlyMap<string, string>> {
  const program = await createProgram(processIo(), COMMAND_NAMES, () => undefined);
  const date = time.toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' });
  return manualPages(program, date);
}
