import { withReadAhead } from '../keys/read-ahead.ts';
import type { Environment } from './environment.ts';
import { expectWork } from './expected-work.ts';
import type { SignOptions } from './signing-options.ts';
import type { SignResult } from './signing-result.ts';

/** What a record of an unsigned zone takes as text, roughly. */
const OCTETS_A_RECORD = 50;
/** A file of fewer octets is read at once. */
const OCTETS_WORTH_READING_AHEAD = 1 << 20;

/** `sign`, whose code is loaded while threads start that a large zone is worth, and while that is read. */
export async function signZoneFile(options: SignOptions, environment: Environment): Promise<SignResult> {
  const size = await expectWork(options.zoneFile, OCTETS_A_RECORD, environment);
  const files =
    size < OCTETS_WORTH_READING_AHEAD
      ? environment.files
      : withReadAhead(environment.files, options.zoneFile);
  const { sign } = await import('./sign.ts');
  return sign(options, { ...environment, files });
}
