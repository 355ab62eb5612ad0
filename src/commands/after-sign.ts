import { ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Environment, Outside } from './environment.ts';
import { programFailure } from './program-failure.ts';
import { recordServed, serialToServe, type ServedOptions } from './publication-served.ts';
import type { SignResult } from './signing-result.ts';

/** Seconds. */
const TIMEOUT = 60;

/**
 * Runs the program that makes the servers load a zone, if it was signed anew or an earlier run could not make them; `{zone}` in its arguments
 * stands for the zone. The rotation state learns what came of it.
 * @returns why it failed, in one line; undefined where the servers have the zone
 */
export async function runAfterSign(
  argv: readonly string[],
  { output, serial, changed }: Pick<SignResult, 'output' | 'serial' | 'changed'>,
  options: ServedOptions,
  environment: Environment & Outside,
): Promise<string | undefined> {
  const waiting = await serialToServe(options, environment);
  if (!changed && waiting === undefined) return undefined;
  const zone = zoneLabel(options.zone);
  const failure = await failureOf(
    argv.map((argument) => argument.replaceAll('{zone}', zone)),
    { ZONEWRIGHT_ZONE: zone, ZONEWRIGHT_OUTPUT: output, ZONEWRIGHT_SERIAL: String(serial) },
    environment,
  );
  const outcome =
    failure === undefined ? { isServed: true as const } : { isServed: false as const, reason: failure };
  await recordServed(options, waiting ?? serial, outcome, environment);
  return failure;
}

async function failureOf(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  { programs }: Outside,
): Promise<string | undefined> {
  try {
    const problem = programFailure(await programs.run({ argv, variables, timeout: TIMEOUT }));
    return problem === undefined ? undefined : `${argv[0] ?? ''} ${problem}`;
  } catch (error) {
    if (error instanceof ZonewrightError) return error.message;
    throw error;
  }
}
