import { toHex } from '../dns/encoding.ts';
import { makeDs } from '../dnssec/ds.ts';
import type { Crypto } from '../dnssec/crypto.ts';
import { signsKeys } from '../keys/roles.ts';
import { digestTypes } from '../rollover/ds-sets.ts';
import type { Decision, Wait } from '../rollover/step-outcome.ts';
import type { Policy } from '../rollover/policy.ts';
import type {
  EventDs,
  EventPayload,
  EventType,
  ManagedKey,
  OutboxEvent,
  Rollover,
  RotationState,
} from '../rollover/state.ts';
import { rdataFromText, rdataToText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';

/** Somebody of the configuration who is told of events. */
export interface EventTarget {
  /** What names it in the state: its kind and address. */
  readonly name: string;
  /** What it is told; without it, everything but the rollovers of ZSKs, which need nobody. */
  readonly events?: readonly string[] | undefined;
}

/**
 * What others must learn of the decisions of a run: that a DS can be added or removed now, and that a rotation began or ended.
 * @param state after the decisions; purged keys must still be in it
 */
export function eventsOf(
  decisions: readonly Decision[],
  state: RotationState,
  zone: Uint8Array,
  policy: Policy,
  targets: readonly EventTarget[],
  { now, crypto }: Pick<Environment, 'now' | 'crypto'>,
): OutboxEvent[] {
  return decisions.flatMap((decision) => {
    const announced = announcement(decision);
    const audience = targets.filter((target) => announced !== undefined && wants(target, announced.type));
    if (announced === undefined || audience.length === 0) return [];
    const keys = state.keys.filter(({ base }) => announced.bases.includes(base));
    const { agreed } = decision.rollover;
    const payload: EventPayload = {
      keys: keys.map(({ base }) => base),
      ds: announced.type === 'dnssec.delete' ? [] : keys.flatMap((key) => dsOfKey(key, zone, policy, crypto)),
      ...(announced.type === 'dnssec.rotation_start'
        ? { notBefore: now, deadline: agreed === undefined ? now + policy.rotationPeriod : now }
        : {}),
      ...(agreed === undefined || decision.kind === 'finished' ? {} : { brokenUntil: agreed.until }),
    };
    return [event(announced.type, payload, audience, now, crypto)];
  });
}

/**
 * The state with an event for each DS that the parent was asked for and has not been seen to serve for the whole rotation period: one event,
 * however long it takes.
 */
export function withOverdueEvents(
  state: RotationState,
  waits: readonly Wait[],
  zone: Uint8Array,
  policy: Policy,
  targets: readonly EventTarget[],
  { now, crypto }: Pick<Environment, 'now' | 'crypto'>,
): RotationState {
  const overdue = waits.filter(({ reason, step, rollover }) => {
    const { decided, overdue: told } = rollover;
    if (reason.kind !== 'parent' || step.kind !== 'parent' || step.ask !== 'add-new') return false;
    return decided !== undefined && now >= decided + policy.rotationPeriod && (told ?? -1) < decided;
  });
  const audience = targets.filter((target) => wants(target, 'dnssec.ds_overdue'));
  const events = overdue.flatMap(({ rollover }) => {
    if (audience.length === 0) return [];
    const keys = state.keys.filter(({ base, role }) => rollover.new.includes(base) && signsKeys(role));
    const payload: EventPayload = {
      keys: keys.map(({ base }) => base),
      ds: keys.flatMap((key) => dsOfKey(key, zone, policy, crypto)),
      deadline: rollover.decided! + policy.rotationPeriod,
    };
    return [event('dnssec.ds_overdue', payload, audience, now, crypto)];
  });
  const isOverdue = ({ name, started }: Rollover): boolean =>
    overdue.some(({ rollover }) => rollover.name === name && rollover.started === started);
  return {
    ...state,
    rollovers: state.rollovers.map((rollover) =>
      isOverdue(rollover) ? { ...rollover, overdue: now } : rollover,
    ),
    outbox: [...state.outbox, ...events],
  };
}

function event(
  type: EventType,
  payload: EventPayload,
  audience: readonly EventTarget[],
  time: number,
  crypto: Crypto,
): OutboxEvent {
  const deliveries = audience.map(({ name }) => ({ target: name, attempts: 0 }));
  return { id: randomId(crypto), type, time, payload, deliveries };
}

function wants({ events }: EventTarget, type: EventType): boolean {
  return events === undefined ? !type.startsWith('dnssec.zsk_') : events.includes(type);
}

interface Announcement {
  readonly type: EventType;
  /** Base names of the keys that it is about. */
  readonly bases: readonly string[];
}

/** What a decision means to others; undefined for what is our own business. */
function announcement({ kind, step, rollover }: Decision): Announcement | undefined {
  const about = (type: EventType, bases: readonly string[]): Announcement => ({ type, bases });
  if (kind === 'decided' && step.kind === 'parent') {
    return step.ask === 'add-new'
      ? about('dnssec.rotation_start', rollover.new)
      : about('dnssec.ds_withdraw', rollover.old);
  }
  if (rollover.name === 'zsk-prepublish' || rollover.name === 'zsk-swap') {
    if (kind === 'finished') return about('dnssec.zsk_rotation_complete', rollover.new);
    return kind === 'decided' && rollover.step === 0
      ? about('dnssec.zsk_rotation_start', rollover.new)
      : undefined;
  }
  if (kind !== 'finished') return undefined;
  if (rollover.name === 'enable') return about('dnssec.create', rollover.new);
  return rollover.name === 'disable'
    ? about('dnssec.delete', rollover.old)
    : about('dnssec.rotation_complete', rollover.new);
}

/** The DS of a key, with the digests that were asked for; before any were, with those of the policy. */
export function dsOfKey(
  { role, dnskey, dsDigestTypes }: ManagedKey,
  zone: Uint8Array,
  policy: Policy,
  crypto: Pick<Crypto, 'digest'>,
): EventDs[] {
  if (!signsKeys(role)) return [];
  const rdata = rdataFromText(Type.DNSKEY, dnskey);
  return (dsDigestTypes ?? digestTypes(policy)).map((type) => ({
    ds: rdataToText(Type.DS, makeDs(zone, rdata, type, crypto)),
    dnskey,
  }));
}

/** A random UUID (RFC 9562 section 5.4). */
export function randomId(crypto: Crypto): string {
  const octets = crypto.randomBytes(16);
  octets[6] = (octets[6]! & 0x0f) | 0x40;
  octets[8] = (octets[8]! & 0x3f) | 0x80;
  const hex = toHex(octets).toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
