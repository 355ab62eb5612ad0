import { nextPublication } from '../rollover/next-publication.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import { minuteOf } from '../rollover/words.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Problem } from './status-report.ts';
import type { PrivateFiles } from './status-files.ts';
import { bundleForZone, hasSignaturesOf, type StoredResponse } from './stored-response.ts';

/** Base names of the KSKs that are in a safe: the stored response has signatures of theirs. */
export function keysElsewhere(
  response: StoredResponse | undefined,
  { keys }: RotationState,
  { bases }: PrivateFiles,
): ReadonlySet<string> {
  const found = keys.filter(
    ({ base, role, dnskey }) =>
      role === 'ksk' &&
      !bases.has(base) &&
      response !== undefined &&
      hasSignaturesOf(response, rdataOf(dnskey)),
  );
  return new Set(found.map(({ base }) => base));
}

/**
 * What the stored response of a KSK that is in a safe lacks: signatures over the DNSKEYs that are next, or such as last.
 * @param elsewhere base names of the KSKs that are in a safe
 */
export function responseProblems(
  response: StoredResponse | undefined,
  elsewhere: ReadonlySet<string>,
  state: RotationState,
  { signatures }: Policy,
  now: number,
  label: string,
): Problem[] {
  const isNeeded = state.keys.some(({ base, use }) => use.signsKeys && elsewhere.has(base));
  if (response === undefined || !isNeeded) return [];
  const wanted = state.keys.filter(({ base }) => state.wantedDs.includes(base));
  const bundle = bundleForZone(
    response,
    nextPublication(state).keySet.keys.map(rdataOf),
    wanted.map(({ dnskey }) => rdataOf(dnskey)),
    now,
  );
  const problem = {
    severity: 'warning',
    actor: 'operator',
    todo: 'make a new request, and have it signed where the KSK is',
    nextCommand: `zonewright rotate ${label} --key-request ${label}.ksr`,
  } as const;
  if (bundle === undefined) {
    const what = 'the stored response of the KSK has no signature over the DNSKEYs that are next';
    return [{ ...problem, code: 'response/unsigned', what }];
  }
  const { lastExpiration } = bundle;
  if (lastExpiration - now >= signatures.refresh) return [];
  return [
    {
      ...problem,
      code: 'response/ends',
      what: `the stored response of the KSK ends: its last signature over these DNSKEYs expires ${minuteOf(lastExpiration)}`,
      deadline: lastExpiration,
    },
  ];
}

function rdataOf(dnskey: string): Uint8Array {
  return rdataFromText(Type.DNSKEY, dnskey);
}
