import fc from 'fast-check';
import { nameFromText } from '../../src/dns/name.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { keyBaseName } from '../../src/keys/key-name.ts';
import type { ParentVersion, Publication } from '../../src/rollover/ledger.ts';
import { ROLLOVERS, type RolloverName } from '../../src/rollover/rollovers.ts';
import {
  EVENT_TYPES,
  FAILING,
  OUTCOMES,
  type AuditEntry,
  type LastError,
  type ManagedKey,
  type OutboxEvent,
  type Rollover,
  type RotationState,
} from '../../src/rollover/state.ts';
import type { DsRecord, KeyId } from '../../src/rollover/validation.ts';

export const ZONE = nameFromText('example.com');

/** The RDATA of a DNSKEY as text, and its octets (RFC 4034 section 2.1). */
function dnskeyOf(
  flags: number,
  algorithm: number,
  publicKey: Uint8Array,
): { text: string; octets: Uint8Array } {
  return {
    text: `${flags} 3 ${algorithm} ${Buffer.from(publicKey).toString('base64')}`,
    octets: Uint8Array.of(flags >> 8, flags & 0xff, 3, algorithm, ...publicKey),
  };
}

const dnskey = fc
  .tuple(
    fc.constantFrom(256, 257, 385),
    fc.constantFrom(5, 8, 10, 13, 14, 15, 16, 200),
    fc.uint8Array({ minLength: 4, maxLength: 64 }),
  )
  .map((parts) => dnskeyOf(...parts));

/** To the end of the year 9999. */
const time = fc.integer({ min: 0, max: 253402300799 });
const maybeTime = fc.option(time, { nil: undefined });
const seconds = fc.integer({ min: 0, max: 0x7fffffff });
const text = fc.string({ unit: 'binary', maxLength: 30 });

const key: fc.Arbitrary<ManagedKey> = fc
  .record({
    dnskey,
    role: fc.constantFrom('ksk', 'zsk', 'csk'),
    use: fc.record({ published: fc.boolean(), signsKeys: fc.boolean(), signsZone: fc.boolean() }),
    created: time,
    activated: maybeTime,
    carried: maybeTime,
    removed: maybeTime,
    purged: maybeTime,
  })
  .map(({ dnskey: { text: id, octets }, ...rest }) => ({
    ...rest,
    base: keyBaseName(ZONE, octets[3]!, keyTag(octets)),
    keyTag: keyTag(octets),
    algorithm: octets[3]!,
    dnskey: id,
  }));

function rolloverOf(bases: readonly string[]): fc.Arbitrary<Rollover> {
  return fc.constantFrom(...(Object.keys(ROLLOVERS) as RolloverName[])).chain((name) =>
    fc.record({
      name: fc.constant(name),
      started: time,
      old: fc.subarray([...bases]),
      new: fc.subarray([...bases]),
      step: fc.integer({ min: 0, max: ROLLOVERS[name].steps.length }),
      decided: maybeTime,
    }),
  );
}

function publicationOf(ids: fc.Arbitrary<KeyId>): fc.Arbitrary<Publication> {
  const keys = fc.array(ids, { maxLength: 4 });
  return fc.record({
    serial: fc.integer({ min: 0, max: 0xffffffff }),
    digest: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((octets) => Buffer.from(octets).toString('hex')),
    since: time,
    written: maybeTime,
    established: maybeTime,
    keySet: fc.record({ keys, signers: keys }),
    data: fc.record({ signerSets: fc.array(keys, { maxLength: 3 }) }),
    dnskeyTtl: seconds,
    maxTtl: seconds,
    propagation: seconds,
    firstExpiration: maybeTime,
  });
}

function parentOf(ids: fc.Arbitrary<KeyId>): fc.Arbitrary<ParentVersion> {
  const octet = fc.integer({ min: 0, max: 255 });
  const ds: fc.Arbitrary<DsRecord> = fc.record({
    algorithm: octet,
    digestType: octet,
    key: fc.option(ids, { nil: undefined }),
  });
  return fc.record({
    ds: fc.array(ds, { maxLength: 3 }),
    since: time,
    replaced: maybeTime,
    ttl: seconds,
    propagation: seconds,
    confirmed: fc.boolean(),
  });
}

const event: fc.Arbitrary<OutboxEvent> = fc.record({
  id: fc.uuid(),
  type: fc.constantFrom(...EVENT_TYPES),
  time,
  payload: fc.record({
    keys: fc.array(
      key.map(({ base }) => base),
      { maxLength: 2 },
    ),
    ds: fc.array(
      fc.record({ ds: fc.constant('12345 13 2 00FF'), dnskey: dnskey.map(({ text: id }) => id) }),
      { maxLength: 2 },
    ),
    notBefore: maybeTime,
    deadline: maybeTime,
  }),
  deliveries: fc.array(
    fc.record({
      target: text,
      attempts: fc.nat(),
      delivered: maybeTime,
      nextAttempt: maybeTime,
      error: fc.option(text, { nil: undefined }),
    }),
    { maxLength: 2 },
  ),
});

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined });

const lastError: fc.Arbitrary<LastError> = fc.record({
  time,
  command: maybe(fc.constantFrom(...FAILING)),
  code: text,
  message: text,
});

function auditEntryOf(bases: readonly string[]): fc.Arbitrary<AuditEntry> {
  return fc.record({
    time,
    what: text,
    why: text,
    actor: maybe(fc.constantFrom('zonewright', 'operator')),
    keys: maybe(fc.subarray([...bases])),
    serial: maybe(fc.integer({ min: 0, max: 0xffffffff })),
    outcome: maybe(fc.constantFrom(...OUTCOMES)),
    forced: maybe(fc.boolean()),
  });
}

/** Any state of the zone `example.com` that has the right form, whether or not it makes sense. */
export const randomState: fc.Arbitrary<RotationState> = fc
  .uniqueArray(key, { selector: ({ base }) => base, maxLength: 5 })
  .chain((keys) => {
    const bases = keys.map(({ base }) => base);
    const foreign = dnskey.map(({ text: id }) => id);
    const ids =
      keys.length === 0 ? foreign : fc.oneof(foreign, fc.constantFrom(...keys.map(({ dnskey: id }) => id)));
    return fc.record({
      keys: fc.constant(keys),
      ledger: fc.record({
        publications: fc.array(publicationOf(ids), { maxLength: 3 }),
        parent: fc.array(parentOf(ids), { maxLength: 3 }),
      }),
      rollovers: fc.array(rolloverOf(bases), { maxLength: 2 }),
      wantedDs: fc.subarray(bases),
      audit: fc.array(auditEntryOf(bases), { maxLength: 3 }),
      outbox: fc.array(event, { maxLength: 2 }),
      lastError: fc.option(lastError, { nil: undefined }),
    });
  });
