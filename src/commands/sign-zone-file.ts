import type { Environment } from './environment.ts';
import { expectWork } from './expected-work.ts';
import type { SignOptions } from './signing-options.ts';
import type { SignResult } from './signing-result.ts';

/** What a record of an unsigned zone takes as text, roughly. */
const OCTETS_A_RECORD = 50;

/** `sign`, whose code is loaded while threads start that a large zone is worth. */
export async function signZoneFile(options: SignOptions, environment: Environment): Promise<SignResult> {
  await expectWork(options.zoneFile, OCTETS_A_RECORD, environment);
  const { sign } = await import('./sign.ts');
  return sign(options, environment);
}
