import { zoneLabel } from '../../keys/key-name.ts';
import { signsKeys } from '../../keys/roles.ts';
import type { Policy } from '../../rollover/policy.ts';
import type { ManagedKey, RotationState } from '../../rollover/state.ts';
import { rdataFromText } from '../../rr/rdata.ts';
import { Type } from '../../rr/registry.ts';
import { digestTypeByNumber, makeDs } from '../../dnssec/ds.ts';
import type { Crypto } from '../../dnssec/crypto.ts';
import type { RegistrarSettings, ZoneSettings } from '../configuration.ts';
import type { Environment } from '../environment.ts';
import type { DeliveryTarget, NotifyEnvironment } from '../notify/targets.ts';
import { dsFieldsOf, keyFieldsOf } from '../registrar-form.ts';
import { dsOfKey } from '../rotation-events.ts';
import { readState } from '../state-store.ts';
import { openRegistrar } from './open-registrar.ts';
import { isSameDs, registrarChanges } from './registrar-changes.ts';
import { registrarName, type DsToRegister, type RegisteredDs } from './registrar.ts';

/** The events that change what the parent should have. An overdue DS is asked for once more: the first time, something went wrong. */
const EVENTS = ['dnssec.rotation_start', 'dnssec.ds_withdraw', 'dnssec.ds_overdue'];

/**
 * The registrar of a zone, as somebody whom the outbox delivers to. What it is asked for is the DS set that the state wants when it is asked: an
 * event of long ago does no harm. It has been asked then, not more: rollovers go on when the parent is seen, or said, to have done it.
 */
export function registrarTarget(
  registrar: RegistrarSettings,
  { name: zone, policy }: Pick<ZoneSettings, 'name' | 'policy'>,
  keyDirectory: string,
  environment: Environment & NotifyEnvironment,
): DeliveryTarget {
  return {
    name: registrarName(registrar),
    events: EVENTS,
    async deliver() {
      const stored = await readState(keyDirectory, zone, environment);
      if (stored === undefined) return;
      const { state } = stored;
      const opened = await openRegistrar(registrar, environment);
      const wanted = wantedDs(state, zone, policy, environment.crypto);
      const ours = state.keys.filter(({ base, role }) => signsKeys(role) && !state.wantedDs.includes(base));
      const mayGo = (record: RegisteredDs): boolean =>
        ours.some((key) => isDsOf(record, key, zone, environment.crypto));
      for (const { call } of await registrarChanges(opened, zoneLabel(zone), wanted, mayGo))
        await call.make();
    },
  };
}

function wantedDs(
  state: RotationState,
  zone: Uint8Array,
  policy: Policy,
  crypto: Pick<Crypto, 'digest'>,
): DsToRegister[] {
  return state.keys
    .filter(({ base }) => state.wantedDs.includes(base))
    .flatMap((key) => dsOfKey(key, zone, policy, crypto))
    .map(({ ds, dnskey }) => dsToRegister(rdataFromText(Type.DS, ds), rdataFromText(Type.DNSKEY, dnskey)));
}

/** A DS and its key as a registrar is told of them. */
export function dsToRegister(ds: Uint8Array, dnskey: Uint8Array): DsToRegister {
  return { ...dsFieldsOf(ds), publicKey: keyFieldsOf(dnskey).publicKey };
}

/** Whether a record of a registrar stands for a key, with whatever digest. */
export function isDsOf(
  record: RegisteredDs,
  { dnskey }: Pick<ManagedKey, 'dnskey'>,
  zone: Uint8Array,
  crypto: Pick<Crypto, 'digest'>,
): boolean {
  const rdata = rdataFromText(Type.DNSKEY, dnskey);
  const digestType = 'digest' in record ? record.digestType : 2;
  if (digestTypeByNumber(digestType) === undefined) return false;
  return isSameDs(record, dsToRegister(makeDs(zone, rdata, digestType, crypto), rdata));
}
