import { toHex } from '../dns/encoding.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import type { Key } from '../keys/key.ts';
import { useOfKey } from '../keys/key.ts';
import type { FoundKey, FoundZone } from '../rollover/adopt.ts';
import type { Policy } from '../rollover/policy.ts';
import { keyIdOf, zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { readZoneFile } from './read-zone.ts';

const HOUR = 3600;

/** How long secondaries may go on serving a version that was replaced: what the policy says, else what the SOA suggests. */
export function propagationOf(
  { propagationDelay }: Policy,
  { refresh, retry }: Pick<ZoneEvidence, 'refresh' | 'retry'>,
): number {
  return propagationDelay === 'auto' ? Math.max(HOUR, refresh + retry) : propagationDelay;
}

type ShownZone = FoundZone & { readonly evidence: ZoneEvidence };

/** What a zone file shows; undefined where there is no such file, or it is no zone of this name. */
export async function findZone(...args: Parameters<typeof showZone>): Promise<ShownZone | undefined> {
  try {
    return await showZone(...args);
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input') return undefined;
    throw error;
  }
}

/**
 * What a signed zone shows that stands for what was published, as `findZone`.
 * @throws ZonewrightError `rotate/unreadable-zone` where there is a file that cannot be read
 */
export async function findEvidence(...args: Parameters<typeof showZone>): Promise<ShownZone | undefined> {
  try {
    return await showZone(...args);
  } catch (error) {
    if (!(error instanceof ZonewrightError) || error.kind !== 'input') throw error;
    throw inputError(
      'rotate/unreadable-zone',
      `what was published cannot be seen: ${error.location === undefined ? `${args[0]}: ` : ''}${error.message}`,
      {
        hint: error.hint ?? 'restore the signed zone, or move it away: then the times of the keys count',
        location: error.location,
        cause: error,
      },
    );
  }
}

async function showZone(
  file: string | undefined,
  zone: Uint8Array,
  keys: readonly Uint8Array[],
  policy: Policy,
  environment: Environment,
): Promise<ShownZone | undefined> {
  if (file === undefined || (await environment.files.status(file)) === undefined) return undefined;
  const parsed = await readZoneFile(file, { zone }, { ...environment, warn: () => undefined });
  if (outOfZoneRecords(parsed.store, zone).length > 0) return undefined;
  const index = new Zone(parsed.store, parsed);
  if (index.apexRrset(Type.SOA) < 0) return undefined;
  const evidence = zoneEvidence(index, keys);
  const digest = toHex(environment.crypto.digest('sha256', parsed.bytes));
  return { evidence, digest, propagation: propagationOf(policy, evidence) };
}

/** A key of the directory with what its times and its `.state` file say of it. */
export function foundKey(key: Key, now: number): FoundKey {
  const { published, active } = useOfKey(key, now);
  const { timing, state } = key;
  const ds = state?.dsState;
  return {
    base: key.base,
    keyTag: key.keyTag,
    algorithm: key.algorithm,
    role: key.role,
    dnskey: keyIdOf(key.dnskeyRdata),
    created: earliestPast([timing.created, state?.generated], now),
    activated: earliestPast([timing.activate, state?.active], now),
    isPublished: published,
    isActive: active,
    ds: ds === 'omnipresent' ? 'there' : ds === 'hidden' ? 'absent' : 'unknown',
  };
}

function earliestPast(times: readonly (number | undefined)[], now: number): number | undefined {
  const past = times.filter((time) => time !== undefined && time <= now) as number[];
  return past.length === 0 ? undefined : Math.min(...past);
}
