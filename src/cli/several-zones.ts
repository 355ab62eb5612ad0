import type { Configuration, ZoneSettings } from '../commands/configuration.ts';
import { usageError } from '../errors.ts';
import { ExitStatus, exitStatusOf } from './exit-status.ts';
import { failureObject } from './failure.ts';
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
 */
export function selectTargets<T>(
  files: readonly string[],
  { all, shard }: SelectionFlags,
  { zones }: Configuration,
  ofFile: (file: string) => T,
  ofZone: (settings: ZoneSettings) => T,
): readonly T[] {
  if (all !== true) {
    if (files.length > 0) return shardOf(files.map(ofFile), shard);
    throw usageError('usage/missing-argument', 'no zone file is named', {
      hint: 'name one, or take every zone of the configuration with --all',
    });
  }
  if (files.length > 0) throw usageError('usage/conflict', '--all and the name of a file exclude each other');
  if (zones.length > 0) return shardOf(zones.map(ofZone), shard);
  throw usageError('usage/no-zones', 'the configuration names no zones, so --all has nothing to do', {
    hint: 'list them under "zones" in .zonewrightrc.yaml, or name zone files',
  });
}

/** What came of one zone. */
export interface Outcome {
  readonly status: number;
  /** Its part of the JSON document. */
  readonly document: object;
}

/** Does the work for one target after the other. A failure is told, and does not keep the others from being done. */
export async function workThrough<T>(
  targets: readonly T[],
  work: (target: T) => Promise<Outcome>,
  { talk }: Pick<Session, 'talk'>,
): Promise<{ readonly status: number; readonly documents: readonly object[] }> {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    // Its failure is the failure of the run.
    const { status, document } = await work(only);
    return { status, documents: [document] };
  }
  let status: number = ExitStatus.Success;
  const documents: object[] = [];
  for (const target of targets) {
    try {
      const outcome = await work(target);
      status = Math.max(status, outcome.status);
      documents.push(outcome.document);
    } catch (error) {
      const failure = talk.failure(error);
      status = Math.max(status, exitStatusOf(failure.kind));
      documents.push({ error: failureObject(failure) });
    }
  }
  return { status, documents };
}
