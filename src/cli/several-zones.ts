import type { Configuration, ZoneSettings } from '../commands/configuration.ts';
import { nameToText } from '../dns/name.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { ExitStatus, exitStatusOf, worstOf } from './exit-status.ts';
import { failureObject, type FailureObject } from './failure.ts';
import type { Session } from './session.ts';
import { shardOf } from './shard.ts';

export interface SelectionFlags {
  readonly all?: true;
  readonly shard?: string;
}

/**
 * What a command that takes several zones works on: the named files, or every zone of the configuration.
 * @param ofFile what a named file stands for
 * @param ofZone what a configured zone stands for
 * @param what how messages call what is named
 */
export function selectTargets<T>(
  files: readonly string[],
  { all, shard }: SelectionFlags,
  { zones }: Configuration,
  ofFile: (file: string) => T,
  ofZone: (settings: ZoneSettings) => T,
  what: 'zone file' | 'zone' = 'zone file',
): readonly T[] {
  if (all !== true) {
    if (files.length > 0) return shardOf(files, shard, (file) => file).map(ofFile);
    throw usageError('usage/missing-argument', `no ${what} is named`, {
      hint: 'name one, or take every zone of the configuration with --all',
    });
  }
  if (files.length > 0) throw usageError('usage/conflict', '--all and the name of a file exclude each other');
  if (zones.length > 0) return shardOf(zones, shard, ({ name }) => nameToText(name)).map(ofZone);
  throw usageError('usage/no-zones', 'the configuration names no zones, so --all has nothing to do', {
    hint: 'list them under "zones" in .zonewrightrc.yaml, or name zone files',
  });
}

/** Whether the command line asks for one zone: then its result is the JSON document, else one of a list. */
export function isOneZone(files: readonly string[], { all }: SelectionFlags): boolean {
  return files.length === 1 && all !== true;
}

/** What is left of a zone whose work failed. */
export interface FailedResult {
  readonly error: FailureObject;
}

/** How many zones are worked on at once: while one waits for the disk, others are signed. */
const AT_ONCE = 16;

/** From this size on (octets of the master file) a zone keeps all cores busy by itself, and several at once might not fit. */
const LARGE_ZONE = 16 << 20;

/**
 * Does the work for every target: small zones several at a time, then large ones one after the other. A failure is told, and does not keep the
 * others from being done.
 * @param work is told whether nothing else is done meanwhile
 * @param options.sizeOf octets of a target's file, as far as is known
 * @param options.labelOf names a target in messages that would not say which of them failed
 */
export async function workThrough<Target, Result>(
  targets: readonly Target[],
  work: (target: Target, isAlone: boolean) => Promise<{ readonly status: number; readonly result: Result }>,
  { talk }: Pick<Session, 'talk'>,
  {
    sizeOf = () => Promise.resolve(0),
    labelOf,
  }: {
    readonly sizeOf?: (target: Target) => Promise<number>;
    readonly labelOf?: (target: Target) => string;
  } = {},
): Promise<{ readonly status: number; readonly results: readonly (Result | FailedResult)[] }> {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    // Its failure is the failure of the run.
    const { status, result } = await work(only, true);
    return { status, results: [result] };
  }
  let status: number = ExitStatus.Success;
  const results = new Array<Result | FailedResult>(targets.length);
  const doOne = async (index: number, isAlone: boolean): Promise<void> => {
    try {
      const outcome = await work(targets[index]!, isAlone);
      status = worstOf(status, outcome.status);
      results[index] = outcome.result;
    } catch (error) {
      const failure = talk.failure(withName(error, labelOf?.(targets[index]!)));
      status = worstOf(status, exitStatusOf(failure.kind));
      results[index] = { error: failureObject(failure) };
    }
  };
  const large: number[] = [];
  let taken = 0;
  const doSmall = async (): Promise<void> => {
    for (let index = taken++; index < targets.length; index = taken++) {
      // What is wrong with a target is told when its work is done.
      const size = await sizeOf(targets[index]!).catch(() => 0);
      if (size >= LARGE_ZONE) large.push(index);
      else await doOne(index, false);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, targets.length) }, doSmall));
  for (const index of large) await doOne(index, true);
  return { status, results };
}

/** The failure with the name of the zone before it, where it has no place in a file. */
function withName(error: unknown, name: string | undefined): unknown {
  if (name === undefined || !(error instanceof ZonewrightError) || error.location !== undefined) return error;
  const { kind, code, message, hint, cause, further } = error;
  return new ZonewrightError(kind, code, `${name}: ${message}`, { hint, cause, further });
}
