import { toHex } from '../dns/encoding.ts';
import { nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { RrsigOffset, u16At, u32At } from '../dnssec/rrsig.ts';
import type { Details, Place, VerifyContext } from '../dnssec/verify/context.ts';
import { inputError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import type { Key } from '../keys/key.ts';
import { Type } from '../rr/registry.ts';
import { keyStatus } from '../rollover/key-status.ts';
import type { Policy } from '../rollover/policy.ts';
import type { KeyStatus, ManagedKey, RotationState } from '../rollover/state.ts';
import { keyIdOf } from '../rollover/zone-evidence.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { readState } from './state-store.ts';

/** Where the rotation state of a zone is. */
export interface RotationSource {
  readonly keyDirectory: string;
  readonly policyOf: (zone: Uint8Array) => Policy;
}

/** What the zone is compared with. */
export interface RotationFacts {
  readonly state: RotationState;
  readonly policy: Policy;
  readonly keys: readonly Key[];
  /** SHA-256 of the zone file in hexadecimal. */
  readonly digest: string;
}

/** @throws ZonewrightError `verify/no-state` where `rotate` does not take care of the zone */
export async function readRotation(
  { keyDirectory, policyOf }: RotationSource,
  name: Uint8Array,
  zone: Zone,
  bytes: Uint8Array,
  environment: Environment,
): Promise<RotationFacts> {
  const document = await readState(keyDirectory, name, environment);
  if (document === undefined) {
    throw inputError('verify/no-state', `there is no rotation state of ${nameToText(zone.origin)}`, {
      location: { file: keyDirectory },
      hint: 'leave --state away, or name the key directory with -K',
    });
  }
  return {
    state: document.state,
    policy: policyOf(name),
    keys: await new KeyDirectory(keyDirectory, environment.files).listKeys(name),
    digest: toHex(environment.crypto.digest('sha256', bytes)),
  };
}

/** What `rotate` calls the state of a key in the zone; undefined for a key that it does not know. */
export function statusOf({ state }: RotationFacts, dnskeyRdata: Uint8Array): KeyStatus | undefined {
  const key = state.keys.find(({ dnskey }) => dnskey === keyIdOf(dnskeyRdata));
  return key && keyStatus(state, key);
}

/** Compares the zone with the rotation state, and both with the key directory. */
export function checkRotation(context: VerifyContext, facts: RotationFacts): void {
  const { zone } = context;
  const { state, keys, digest } = facts;
  const { publications } = state.ledger;
  if (publications.length > 0 && !publications.some((publication) => publication.digest === digest))
    context.report('state/unrecorded', context.apexPlace(Type.SOA));
  const published = new Map(
    zone
      .recordsOf(zone.apexRrset(Type.DNSKEY))
      .map((record) => [keyIdOf(zone.store.rdataOf(record)), record]),
  );
  const signatures = signaturesByKey(zone);
  for (const key of state.keys) {
    const record = published.get(key.dnskey);
    const place: Place = {
      owner: zone.origin,
      type: Type.DNSKEY,
      ...(record === undefined ? {} : { record }),
    };
    checkKey(context, facts, key, place, signatures.get(signerId(key.algorithm, key.keyTag)));
  }
  for (const [id, record] of published) {
    if (state.keys.some(({ dnskey }) => dnskey === id)) continue;
    context.report('state/foreign-key', { owner: zone.origin, type: Type.DNSKEY, record });
  }
  for (const { base, keyTag, algorithm } of keys) {
    if (state.keys.some((key) => key.base === base)) continue;
    context.report('state/spare-key', context.apexPlace(Type.DNSKEY), { keyTag, algorithm, found: base });
  }
}

function checkKey(
  context: VerifyContext,
  { state, policy, keys }: RotationFacts,
  key: ManagedKey,
  place: Place,
  signatures: KeySignatures | undefined,
): void {
  const { keyTag, algorithm, use } = key;
  const of: Details = { keyTag, algorithm };
  const status = keyStatus(state, key);
  const isThere = place.record !== undefined;
  const signs = use.signsKeys || use.signsZone;
  const file = keys.find(({ base }) => base === key.base);
  if (use.published && !isThere) context.report('state/key-not-published', place, { ...of, found: status });
  if (!use.published && isThere) context.report('state/key-published', place, { ...of, found: status });
  if (signs && file?.hasPrivate !== true)
    context.report('state/no-private-key', place, { ...of, found: key.base });
  if (use.signsKeys && signatures?.overKeys !== true)
    context.report('state/key-does-not-sign', place, {
      ...of,
      expected: 'a signature over the DNSKEY RRset',
    });
  if (use.signsZone && signatures?.overData !== true)
    context.report('state/key-does-not-sign', place, { ...of, expected: 'signatures over the zone' });
  if (signatures === undefined) return;
  if (!signs && (status === 'retired' || status === 'removed'))
    context.report('state/retired-key-signs', place, {
      ...of,
      found: `${status}, ${signatures.count} signatures`,
    });
  const end = plannedEnd(key, file, policy);
  if (signs && end !== undefined && signatures.lastExpiration > end)
    context.report('state/outlives-plan', place, {
      ...of,
      found: `signatures until ${printTime(signatures.lastExpiration)}`,
      expected: `none after ${printTime(end)}`,
    });
}

/** When a key is to leave, by its times or by its lifetime; undefined where it may stay. */
function plannedEnd(
  { role, activated }: ManagedKey,
  file: Key | undefined,
  { kskLifetime, zskLifetime }: Policy,
): number | undefined {
  const stated = file?.timing.delete ?? file?.timing.inactive;
  if (stated !== undefined) return stated;
  const lifetime = role === 'zsk' ? zskLifetime : kskLifetime;
  const begin = activated ?? file?.timing.activate;
  return begin === undefined || lifetime === 'unlimited' ? undefined : begin + lifetime;
}

interface KeySignatures {
  count: number;
  overKeys: boolean;
  overData: boolean;
  lastExpiration: number;
}

function signerId(algorithm: number, keyTag: number): number {
  return algorithm * 0x10000 + keyTag;
}

/** What each key of the zone, by algorithm and tag, signs. */
function signaturesByKey({ store, records }: Zone): Map<number, KeySignatures> {
  const byKey = new Map<number, KeySignatures>();
  const bytes = store.rdata.bytes;
  for (const record of records) {
    if (store.types[record] !== Type.RRSIG) continue;
    const at = store.rdataOffsets[record]!;
    const id = signerId(bytes[at + RrsigOffset.Algorithm]!, u16At(bytes, at + RrsigOffset.KeyTag));
    let signatures = byKey.get(id);
    if (signatures === undefined) {
      signatures = { count: 0, overKeys: false, overData: false, lastExpiration: 0 };
      byKey.set(id, signatures);
    }
    const covered = u16At(bytes, at + RrsigOffset.TypeCovered);
    signatures.count++;
    if (covered === Type.DNSKEY) signatures.overKeys = true;
    else if (covered !== Type.CDS && covered !== Type.CDNSKEY) signatures.overData = true;
    const expiration = u32At(bytes, at + RrsigOffset.Expiration);
    signatures.lastExpiration = Math.max(signatures.lastExpiration, expiration);
  }
  return byKey;
}
