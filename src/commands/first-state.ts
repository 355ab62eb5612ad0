import { KeyDirectory } from '../keys/key-directory.ts';
import { isForeign } from '../keys/key.ts';
import { adoptedState, type FoundKey, type UnseenZone } from '../rollover/adopt.ts';
import { signsKeys, type Role } from '../keys/roles.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import { UNKNOWN_HISTORY } from '../rollover/unknown-history.ts';
import type { Environment } from './environment.ts';
import { keyLabel } from './rotation-keys.ts';
import { findEvidence, findZone, foundKey } from './found-zone.ts';
import { assumedTimes } from './plan-times.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Noted } from './rotation-result.ts';

/** What is known of a zone of which nothing is known. */
export const EMPTY_STATE: RotationState = {
  keys: [],
  ledger: { publications: [], parent: [] },
  rollovers: [],
  wantedDs: [],
  audit: [],
  outbox: [],
};

/** Before its first key a zone has no DS that could be right. */
function withoutDs(
  { parentDsTtl: ttl, parentPropagationDelay: propagation }: Policy,
  now: number,
): RotationState {
  const parent = [{ ds: [], since: now, ttl, propagation, confirmed: false }];
  return { ...EMPTY_STATE, ledger: { publications: [], parent } };
}

/** The state of a zone that has none: of the keys that are there, or empty. */
export async function firstState(options: RotateOptions, environment: Environment): Promise<Noted> {
  const { zone, keyDirectory, policy, signedZone, adopt, dryRun } = options;
  const { files, now } = environment;
  const listed = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  const keys = listed.filter((key) => !isForeign(key));
  const rdatas = keys.map(({ dnskeyRdata }) => dnskeyRdata);
  const foundFile = await findEvidence(signedZone, zone, rdatas, policy, environment);
  const signed = foundFile !== undefined && foundFile.evidence.keySet.keys.length > 0 ? foundFile : undefined;
  if (keys.length === 0) {
    // Where others have signed the zone, nobody knows what the parent serves, and the worst is assumed.
    return { state: signed === undefined ? withoutDs(policy, now) : EMPTY_STATE, done: [] };
  }
  const found = keys.map((key) => foundKey(key, now));
  const evidence =
    signed === undefined ? ' by their times' : ` and the zone of serial ${signed.evidence.serial}`;
  const state = adoptedState(found, signed ?? (await unseenZone(options, environment)), policy, now);
  return {
    state,
    done: [
      {
        rollover: 'adopt',
        what: `${dryRun === true ? 'would take' : 'took'} over ${kskFirst(found).map(keyLabel).join(', ')}${evidence}${doubt(found, state)}`,
        audit: {
          actor: adopt === true ? 'operator' : 'zonewright',
          why: adopt === true ? 'the operator said so (--adopt)' : 'there was no state',
          outcome: 'done',
          serial: signed?.evidence.serial,
          keys: keys.map(({ base }) => base),
        },
      },
    ],
  };
}

/** What the zone file says of the signed zone that is not there. */
async function unseenZone(
  { zone, zoneFile, policy }: RotateOptions,
  environment: Environment,
): Promise<UnseenZone> {
  const found = await findZone(zoneFile, zone, [], policy, environment);
  if (found === undefined) return { serial: 0, ...assumedTimes(policy), maxTtl: UNKNOWN_HISTORY };
  const { serial, maxTtl } = found.evidence;
  return { serial, maxTtl, propagation: found.propagation };
}

/** What of the DS only the operator can tell. */
function doubt(found: readonly FoundKey[], { wantedDs }: RotationState): string {
  const tags = found
    .filter(({ base, ds }) => ds === 'unknown' && wantedDs.includes(base))
    .map(({ keyTag }) => String(keyTag));
  const [tag] = tags;
  if (tag === undefined) return '';
  const keys = tags.length === 1 ? `key ${tag}` : `keys ${tags.join(' and ')}`;
  return `; whether the parent has a DS of ${keys} is not known: if so, say it with --ds-published ${tags.length === 1 ? tag : 'TAG'}`;
}

function kskFirst<T extends { readonly role: Role }>(keys: readonly T[]): T[] {
  return [...keys].sort((a, b) => Number(signsKeys(b.role)) - Number(signsKeys(a.role)));
}
