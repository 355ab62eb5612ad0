import { usageError } from '../errors.ts';
import type { Role } from '../keys/roles.ts';
import type { Policy } from '../rollover/policy.ts';
import type { ParentSource } from './parent-view.ts';
import type { EventTarget } from './rotation-events.ts';

/** What the operator says of a DS at the parent. */
export interface DsReport {
  readonly keyTag: number;
  /** Epoch seconds. */
  readonly at: number;
}

export interface RotateOptions {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly policy: Policy;
  /** The signed zone that is served, where the configuration names it. */
  readonly signedZone?: string | undefined;
  /** The master file, where the configuration names it. */
  readonly zoneFile?: string | undefined;
  readonly start?: Role | 'all' | undefined;
  /** Begin an algorithm rollover to this algorithm, by mnemonic or number. */
  readonly algorithm?: string | undefined;
  /** Replace the key with this tag at once. */
  readonly emergency?: number | undefined;
  /** Do that in the next version, though it breaks somebody. */
  readonly atOnce?: boolean | undefined;
  /** Replace the key with this tag, whose private half is lost. */
  readonly recover?: number | undefined;
  /** Asks the operator whether what he was told may be done; without it, nothing that needs to be asked is done. */
  readonly confirm?: ((text: string) => Promise<boolean>) | undefined;
  readonly dsPublished?: readonly DsReport[] | undefined;
  readonly dsWithdrawn?: readonly DsReport[] | undefined;
  readonly enable?: boolean | undefined;
  readonly disable?: boolean | undefined;
  /** Build the state anew from keys and signed zone. */
  readonly adopt?: boolean | undefined;
  /** All servers have the version with this serial. */
  readonly served?: number | undefined;
  /** Look whether the zone's servers have the last version. */
  readonly checkServers?: boolean | undefined;
  /** The zone's servers as users write them; none where they are to be found. */
  readonly servers?: readonly string[] | undefined;
  /** Look at the parent's DS, or do not; by the policy where it is undefined. */
  readonly checkParent?: boolean | undefined;
  /** How to look at the parent. */
  readonly parent?: ParentSource | undefined;
  readonly abort?: boolean | undefined;
  /** The tag of a key of the rollover that is taken back; without it, the newest is. */
  readonly abortKey?: number | undefined;
  /** Go on with what is in progress, and begin nothing that is due. */
  readonly beginsNothing?: boolean | undefined;
  /** Delete the private keys of all removed keys now, whatever the purge delay. */
  readonly purge?: boolean | undefined;
  /** Who is told of events. */
  readonly targets?: readonly EventTarget[] | undefined;
  /** Change nothing; tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Tell what comes until this many seconds from now, and change nothing. */
  readonly planFor?: number | undefined;
}

/** What begins or ends something; one run takes one of them. */
const REQUESTS = [
  'start',
  'algorithm',
  'emergency',
  'recover',
  'enable',
  'disable',
  'adopt',
  'abort',
] as const;

/** Whether a person asks for something, who reads the answer, and not a nightly run. */
export function isRequest(options: RotateOptions): boolean {
  const { dsPublished = [], dsWithdrawn = [], served } = options;
  return (
    dsPublished.length + dsWithdrawn.length > 0 ||
    served !== undefined ||
    REQUESTS.some((name) => options[name] !== undefined && options[name] !== false)
  );
}

/** @throws ZonewrightError `usage/conflict` where more is asked for than one run can do */
export function checkRequests(options: RotateOptions): void {
  if (options.atOnce === true && options.emergency === undefined) {
    throw usageError('usage/conflict', '--at-once is for --emergency', {
      hint: 'name the compromised key: --emergency TAG --at-once',
    });
  }
  const [first, second] = REQUESTS.filter((name) => options[name] !== undefined && options[name] !== false);
  if (first === undefined || second === undefined) return;
  throw usageError('usage/conflict', `--${first} and --${second} exclude each other`, {
    hint: 'do one after the other',
  });
}
