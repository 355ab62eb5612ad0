import { usageError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { withAudit } from '../rollover/audit.ts';
import { currentPublication } from '../rollover/ledger.ts';
import type { ZoneSettings } from './configuration.ts';
import type { DsKey } from './ds.ts';
import type { Environment } from './environment.ts';
import type { NotifyEnvironment } from './notify/targets.ts';
import { openRegistrar } from './registrar/open-registrar.ts';
import { registrarChanges, type RegistrarChange } from './registrar/registrar-changes.ts';
import { dsToRegister, isDsOf } from './registrar/registrar-target.ts';
import type { Registrar, RegisteredDs } from './registrar/registrar.ts';
import { hasState } from './state-file.ts';
import { readState, withStateLock, writeState } from './state-store.ts';

export interface PushResult {
  readonly registrar: Registrar;
  /** What differs, in the order in which it is to be changed. */
  readonly changes: readonly RegistrarChange[];
}

/**
 * Compares the DS set at the registrar of a zone with the one that should be there. Nothing is changed before the calls of the changes are made.
 *
 * DS of DNSKEYs that other signers have in the zone stay (RFC 8901 section 6).
 * @param keys those whose DS should be there
 * @throws ZonewrightError `ds/no-registrar`, `registrar/*`, `http/*`, `program/*`
 */
export async function planPush(
  { name: zone, registrar: settings }: Pick<ZoneSettings, 'name' | 'registrar'>,
  keys: readonly DsKey[],
  keyDirectory: string,
  environment: Environment & NotifyEnvironment,
): Promise<PushResult> {
  if (settings === undefined) {
    throw usageError('ds/no-registrar', `no registrar is configured for ${zoneLabel(zone)}`, {
      hint: 'add "registrar: {type: dnsimple, account: …, tokenFile: …}" or "registrar: {type: command, argv: […]}" to the zone in the configuration',
    });
  }
  const registrar = await openRegistrar(settings, environment);
  const wanted = keys.flatMap(({ ds, dnskeyRdata }) => ds.map((rdata) => dsToRegister(rdata, dnskeyRdata)));
  const foreign = await foreignKeys(zone, keyDirectory, environment);
  const mayGo = (record: RegisteredDs): boolean =>
    !foreign.some((dnskey) => isDsOf(record, { dnskey }, zone, environment.crypto));
  return { registrar, changes: await registrarChanges(registrar, zoneLabel(zone), wanted, mayGo) };
}

/** The DNSKEYs in the zone that are not ours, as far as there is a rotation state that knows. */
async function foreignKeys(
  zone: Uint8Array,
  keyDirectory: string,
  environment: Environment,
): Promise<string[]> {
  const stored = await readState(keyDirectory, zone, environment);
  if (stored === undefined) return [];
  const { keys, ledger } = stored.state;
  const own = new Set(keys.map(({ dnskey }) => dnskey));
  return (currentPublication(ledger)?.keySet.keys ?? []).filter((key) => !own.has(key));
}

/** Puts into the audit trail of a zone, if it has one, what was changed at its registrar. */
export async function recordPush(
  zone: Uint8Array,
  { name }: Registrar,
  changes: readonly RegistrarChange[],
  keyDirectory: string,
  environment: Environment,
): Promise<void> {
  if (changes.length === 0 || !(await hasState(keyDirectory, zone, environment))) return;
  await withStateLock(
    keyDirectory,
    zone,
    `zonewright ds ${zoneLabel(zone)} --push`,
    environment,
    async () => {
      const stored = await readState(keyDirectory, zone, environment);
      if (stored === undefined) return;
      const entries = changes.map(({ action, ds }) => ({
        time: environment.now,
        actor: 'operator' as const,
        what: `asked ${name} to ${action} the DS ${ds}`,
        why: 'ds --push',
      }));
      await writeState(keyDirectory, zone, withAudit(stored.state, entries), environment);
    },
  );
}
