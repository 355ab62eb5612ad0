import { nameToText } from '../dns/name.ts';
import { dsMatches, readDs } from '../dnssec/ds.ts';
import { ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { signsKeys } from '../keys/roles.ts';
import { servedDs } from '../rollover/ds-sets.ts';
import { withDsSetsSeen } from '../rollover/facts.ts';
import { latestTime } from '../rollover/ledger.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { contentOf, type DsRecord, type DsSet } from '../rollover/validation.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { waitsForParent } from './parent-looks.ts';
import { lookAtParent, type ParentView, type ServedDs } from './parent-view.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Done, Noted } from './rotation-result.ts';

/** How many servers a message names. */
const MAX_NAMED = 3;

/**
 * The state that knows what the servers of the parent serve.
 * @throws ZonewrightError `dns/*` where the operator asked for it and no server of the parent told anything
 */
export async function withParentSeen(
  state: RotationState,
  options: RotateOptions,
  environment: Environment,
): Promise<Noted> {
  const { zone, checkParent, parent = { servers: [] } } = options;
  let view: ParentView;
  try {
    view = await lookAtParent(zone, parent, environment);
    const [failure] = view.failed;
    if (view.served.length === 0 && failure !== undefined) throw failure;
  } catch (error) {
    const isOutside = error instanceof ZonewrightError && error.kind === 'environment';
    if (checkParent === true || !isOutside) throw error;
    environment.warn(
      `cannot see which DS the parent of ${nameToText(zone)} serves: ${error.message}`,
      `${error.hint ?? 'try again later'}; or say what you know with ${ownWord(zone)}, or set "checkParent: false" in the policy`,
    );
    return { state, done: [] };
  }
  warnOfDoubts(view, zone, environment);
  const next = withView(state, view, options, environment);
  return { state: next, done: changes(state, next) };
}

function withView(
  state: RotationState,
  { served, failed }: ParentView,
  { zone, policy }: RotateOptions,
  { now, crypto }: Environment,
): RotationState {
  // A clock that went back is no evidence: it may be put right.
  if (served.length === 0 || now < latestTime(state.ledger)) return state;
  const keys = knownKeys(state);
  const recordOf = (rdata: Uint8Array): DsRecord => {
    const { algorithm, digestType } = readDs(rdata);
    const key = keys.find((dnskey) => dsMatches(rdata, zone, dnskey.rdata, crypto) === true)?.id;
    return { algorithm, digestType, key };
  };
  const sets = served.map(({ ds }): DsSet => ds.map(recordOf));
  const ttl = Math.max(...served.map((server) => server.ttl));
  // What was asked for stays possible until it is taken up: to see once more what was known before is nothing new.
  if (waitsForParent(state) && isKnown(state, sets, ttl)) return state;
  return withDsSetsSeen(state, { sets, isComplete: failed.length === 0, ttl }, policy, now);
}

/** Whether the parent was seen to serve just these sets before, with a TTL as long. */
function isKnown({ ledger }: RotationState, sets: readonly DsSet[], ttl: number): boolean {
  const confirmed = ledger.parent.filter((version) => version.confirmed && version.replaced === undefined);
  return (
    contentsOf(confirmed.map(({ ds }) => ds)) === contentsOf(sets) &&
    confirmed.every((version) => version.ttl >= ttl)
  );
}

/** The zone's DNSKEYs, others' included. */
function knownKeys({ keys, ledger }: RotationState): { readonly id: string; readonly rdata: Uint8Array }[] {
  const published = ledger.publications.flatMap(({ keySet }) => keySet.keys);
  const ids = new Set([...keys.map(({ dnskey }) => dnskey), ...published]);
  return [...ids].map((id) => ({ id, rdata: rdataFromText(Type.DNSKEY, id) }));
}

/** Says which servers delay the answer: those that tell nothing, and those that tell something else than the others. */
function warnOfDoubts({ served, failed }: ParentView, zone: Uint8Array, environment: Environment): void {
  const label = nameToText(zone);
  if (failed.length > 0) {
    const reasons = failed.slice(0, MAX_NAMED).map(({ message }) => message);
    const others = failed.length > MAX_NAMED ? `; and ${failed.length - MAX_NAMED} more` : '';
    environment.warn(
      `${failed.length} of ${failed.length + served.length} servers of the parent of ${label} do not tell which DS they serve: ${reasons.join('; ')}${others}`,
      `what waits for the parent goes on once they do, or once you say so: ${ownWord(zone)}`,
    );
  }
  const groups = groupBySet(served);
  if (groups.length > 1) {
    const views = groups.map(
      (group) => `${namesOf(group)} ${group.length === 1 ? 'serves' : 'serve'} ${tagsOf(group[0]!)}`,
    );
    environment.warn(
      `the servers of the parent of ${label} do not serve the same DS: ${views.join('; ')}`,
      'a change reaches them one after the other; if it lasts for days, tell the parent',
    );
  }
}

function ownWord(zone: Uint8Array): string {
  return `"zonewright rotate ${zoneLabel(zone)} --ds-published TAG" or "--ds-withdrawn TAG"`;
}

function groupBySet(served: readonly ServedDs[]): ServedDs[][] {
  const groups = new Map<string, ServedDs[]>();
  for (const view of served) {
    const content = view.ds
      .map((rdata) => rdata.join())
      .sort()
      .join(' ');
    groups.set(content, [...(groups.get(content) ?? []), view]);
  }
  return [...groups.values()];
}

function namesOf(group: readonly ServedDs[]): string {
  const names = group.slice(0, MAX_NAMED).map(({ server }) => server);
  return group.length > MAX_NAMED
    ? `${names.join(', ')} and ${group.length - MAX_NAMED} more`
    : names.join(', ');
}

function tagsOf({ ds }: ServedDs): string {
  if (ds.length === 0) return 'none';
  return `that of key ${[...new Set(ds.map((rdata) => readDs(rdata).keyTag))].join(', ')}`;
}

/** What is known of the DS of each key now and was not before. */
function changes(before: RotationState, after: RotationState): Done[] {
  const known = (state: RotationState, key: ManagedKey): 'all' | 'none' | 'some' => {
    const sets = servedDs(state.ledger);
    const withKey = sets.filter((ds) => ds.some((record) => record.key === key.dnskey));
    return withKey.length === 0 ? 'none' : withKey.length === sets.length ? 'all' : 'some';
  };
  const done = after.keys
    .filter((key) => signsKeys(key.role) && known(before, key) !== known(after, key))
    .map((key) => WORDS[known(after, key)](keyLabel(key)));
  const strange = ({ ledger }: RotationState): number =>
    Math.max(...servedDs(ledger).map((ds) => ds.filter(({ key }) => key === undefined).length));
  if (strange(after) > strange(before)) done.push('there is a DS of no key that is known here');
  return done.map((what) => ({ rollover: 'parent', what }));
}

const WORDS = {
  all: (key: string) => `every server serves the DS of ${key}`,
  some: (key: string) => `some servers may serve the DS of ${key}`,
  none: (key: string) => `no server serves a DS of ${key}`,
} as const;

/** The same text for the same sets, in whatever order and number. */
function contentsOf(sets: readonly DsSet[]): string {
  return [...new Set(sets.map((ds) => contentOf(ds)))].sort().join(' ');
}
