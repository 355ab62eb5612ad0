import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import type { Wait } from './engine.ts';
import type { Witness } from './proof.ts';
import { ROLLOVERS, type RolloverName } from './rollovers.ts';
import type { Fault } from './validation.ts';

/** A rollover as people call it. */
export function rolloverTitle(name: RolloverName): string {
  return ROLLOVERS[name].title;
}

/** What a rollover waits for, in one sentence without its first capital and final period. */
export function describeWait({ step, reason, until }: Wait): string {
  switch (reason.kind) {
    case 'proof':
      return Number.isFinite(until)
        ? `waiting until ${printTime(until)} to ${step.does}: ${describeWitness(reason.witness)}`
        : `cannot ${step.does} yet: ${describeWitness(reason.witness)}, and nothing has replaced it`;
    case 'clock':
      return `cannot ${step.does} before ${printTime(until)}: something was recorded then, so the clock went back`;
    case 'period':
      return `waiting until ${printTime(until)} to ${step.does}: both keys stay for the rotation period`;
    case 'publication':
      return `waiting for the next signing to ${step.does}`;
    case 'parent':
      return `waiting for the parent to ${step.does.replace(/ at the parent$/, '')} (key ${reason.keyTags.join(', ')})`;
  }
}

/** Which cached versions combine to break, and why. */
export function describeWitness({ held, fault }: Witness): string {
  const versions = held.map(({ part, source }) => {
    const what = { ds: 'the DS RRset', keys: 'the DNSKEY RRset', data: 'records' }[part];
    if (source.kind === 'parent') return `${what} of ${printTime(source.since)}`;
    if (source.isSigned) return `${what} of serial ${source.serial}`;
    return part === 'keys' ? 'that there is no DNSKEY RRset' : `${what} of the unsigned zone`;
  });
  return `a resolver may still hold ${versions.join(' and ')}, ${describeFault(fault)}`;
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
      return `so that records would lack a signature by a ${algorithm} key that is published`;
  }
}
