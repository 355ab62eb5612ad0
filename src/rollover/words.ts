import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Wait } from './step-outcome.ts';
import type { Witness } from './proof.ts';
import { ROLLOVERS, type RolloverName } from './rollovers.ts';
import { UNMADE } from './state.ts';
import type { Fault, KeyId } from './validation.ts';

/** A rollover as people call it. */
export function rolloverTitle(name: RolloverName): string {
  return ROLLOVERS[name].title;
}

/** What a rollover waits for, in one sentence without its first capital and final period. */
export function describeWait({ step, reason, until }: Wait): string {
  const then = `to ${step.does}`;
  switch (reason.kind) {
    case 'proof':
      return Number.isFinite(until)
        ? `waiting until ${minuteOf(until)}: ${describeWitness(reason.witness)}; then ${step.does}`
        : `cannot ${step.does} yet: ${describeWitness(reason.witness)}, and nothing has replaced it`;
    case 'clock':
      return `cannot ${step.does} before ${minuteOf(until)}: something was recorded then, so the clock went back`;
    case 'period':
      return `waiting until ${minuteOf(until)}: both keys stay for the rotation period; then ${step.does}`;
    case 'publication':
      return `waiting for the next signing ${then}`;
    case 'parent':
      return `waiting for the parent to ${withoutParent(step.does)} (key ${reason.keyTags.map((tag) => (tag === UNMADE ? 'not made yet' : tag)).join(', ')})`;
    case 'served':
      return reason.isTransferForced
        ? `waiting for word that every server has the new version of serial ${reason.serial}: it has the serial of the version before, since nobody can sign another SOA, so force the transfers`
        : `waiting for word that every server has serial ${reason.serial}`;
    case 'signers': {
      const keys = `key ${reason.keyTags.join(', ')}`;
      return Number.isFinite(until)
        ? `waiting until ${minuteOf(until)}: a resolver may still hold a DNSKEY RRset of another signer, which lacks ${keys}; then ${step.does}`
        : `waiting for the servers of all signers to have the DNSKEY of ${keys}; then ${step.does}`;
    }
    case 'lost':
      return `cannot ${step.does}: the private key of ${reason.keyTags.join(', ')} is lost, and would have to sign something new${reason.unreplaced.length === 0 ? ', so its replacement goes first' : ''}`;
    case 'rollover':
      return `waiting for the ${rolloverTitle(reason.inner.name)}, which replaces one of its keys, ${then}`;
  }
}

/** What the parent does in a step, without that it is the parent that does it. */
export function withoutParent(does: string): string {
  return does.replace(/ at the parent$/, '');
}

/** A time to the minute, not before the time itself: "2026-11-24 10:05 UTC". */
export function minuteOf(time: number): string {
  return `${printTime(Math.ceil(time / 60) * 60)
    .slice(0, 16)
    .replace('T', ' ')} UTC`;
}

/** Which cached versions combine to break, and why. */
export function describeWitness({ held, fault }: Witness): string {
  const versions = held.map(({ part, source }) => {
    const what = { ds: 'the DS RRset', keys: 'the DNSKEY RRset', data: 'records' }[part];
    if (source.kind === 'parent') return `${what} of ${minuteOf(source.since)}`;
    if (source.isBefore === true)
      return source.serial === 0
        ? `${what} of a version that nobody has seen`
        : `${what} of a version before serial ${source.serial}`;
    if (source.isSigned) return `${what} of serial ${source.serial}`;
    return part === 'keys' ? 'that there is no DNSKEY RRset' : `${what} of the unsigned zone`;
  });
  const why = describeLack(fault, held.at(-1)?.part) ?? describeFault(fault);
  return `a resolver may still hold ${versions.join(' and ')}, ${why}`;
}

/** Which keys it takes that are not there, where the rule can tell. */
function describeLack(fault: Fault, held: 'ds' | 'keys' | 'data' | undefined): string | undefined {
  if (fault.kind === 'keys-not-signed' || fault.missing.length === 0) return undefined;
  const keys = fault.missing.map(nameOfKey).join(' and ');
  switch (held) {
    case 'keys':
      return `which lacks ${keys}`;
    case 'data':
      return `which need ${keys}`;
    default:
      return `which needs ${keys}`;
  }
}

/** Why a validator would call it bogus. */
export function describeFault(fault: Fault): string {
  const algorithm = algorithmLabel(fault.algorithm);
  switch (fault.kind) {
    case 'no-trusted-key':
      return `so that no DS of ${algorithm} with digest type ${fault.digestType} would match a key that signs`;
    case 'keys-not-signed':
      return `so that the DNSKEY RRset would lack a signature by ${algorithm}`;
    case 'data-not-signed':
      return `so that records would lack a signature by a published key of ${algorithm}`;
  }
}

/** How people call a key of which the DNSKEY is known; those of a plan do not exist yet. */
function nameOfKey(key: KeyId): string {
  return /[^A-Za-z0-9+/=]/.test(key.split(' ')[3] ?? '-')
    ? 'the new key'
    : `key ${keyTag(rdataFromText(Type.DNSKEY, key))}`;
}
