import type { SignOptions } from '../commands/signing-options.ts';
import type { SignResult } from '../commands/signing-result.ts';
import { nameFromText } from '../dns/name.ts';
import { ExitStatus } from './exit-status.ts';
import type { Session } from './session.ts';

/** Has the servers load what was signed, where the configuration says how. Returns the exit status: the zone file stays in any case. */
export async function afterSign(
  result: SignResult,
  { keyDirectory, policy, isServedFile, check }: SignOptions,
  { configuration, environment }: Session,
): Promise<number> {
  const { afterSign: argv } = configuration;
  if (argv === undefined || check === true || !isServedFile) return ExitStatus.Success;
  const { runAfterSign } = await import('../commands/after-sign.ts');
  const zone = nameFromText(result.zone);
  const failure = await runAfterSign(argv, result, { keyDirectory, zone, policy }, environment);
  if (failure === undefined) return ExitStatus.Success;
  environment.warn(
    `${result.zone} serial ${result.serial} is written but not served: ${failure}`,
    'see why afterSign fails; the next run tries again where the zone has a rotation state',
  );
  return ExitStatus.Environment;
}
