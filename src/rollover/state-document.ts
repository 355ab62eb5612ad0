import { canonicalName, nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { inputError, internalError, ZonewrightError } from '../errors.ts';
import { keyBaseName, zoneLabel } from '../keys/key-name.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Agreement } from './agreement.ts';
import { parseJson, type JsonFields, type JsonValue } from './json-value.ts';
import { keyStatus } from './key-status.ts';
import type { ParentVersion, Publication } from './ledger.ts';
import { ROLLOVERS, type RolloverName } from './rollovers.ts';
import {
  EVENT_TYPES,
  FAILING,
  OUTCOMES,
  type AskedAlgorithm,
  type AuditEntry,
  type Delivery,
  type EventPayload,
  type LastError,
  type ManagedKey,
  type OutboxEvent,
  type Rollover,
  type RotationState,
} from './state.ts';
import { keyFacts, type DsRecord, type DsSet, type KeyId, type KeySet, type ZoneData } from './validation.ts';

const SCHEMA = /^zonewright\/state\/v([1-9]\d*)$/;
const VERSION = 1;

const STATUSES = ['pending', 'active', 'retired', 'removed'] as const;
const ACTORS = ['zonewright', 'operator'] as const;
const ROLES = ['ksk', 'zsk', 'csk'] as const;

const MAX_32 = 0xffffffff;
/** The last second of the year 9999, the last that ISO 8601 writes in four digits. */
const MAX_TIME = 253402300799;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const KEY_ID = /^\d{1,5} \d{1,3} \d{1,3} [A-Za-z0-9+/]+={0,2}$/;
const DS_RDATA = /^\d{1,5} \d{1,3} \d{1,3} [0-9A-Fa-f]+$/;
const BASE = /^K.*\+\d{3}\+\d{5}$/;
const SHA256 = /^[0-9A-Fa-f]{64}$/;

/** What a state file holds. */
export interface StateDocument {
  readonly state: RotationState;
  /** Whether it was changed under another time than the clock's, and so is no basis for a real run. */
  readonly simulated: boolean;
}

/**
 * The text of a state file. It is made for people too: the zone's keys are called by the base names of their files everywhere, all others by
 * their DNSKEY RDATA, and what follows from the rest (`status`, `algorithmName`, `does`) is written, but never read.
 *
 * What was printed can be read again: a state that has no such form is a defect, and stops the run before anything is written.
 */
export function printStateDocument(zone: Uint8Array, { state, simulated }: StateDocument): string {
  const { keys, ledger, rollovers, wantedDs, outbox, audit, lastError, askedAlgorithm } = state;
  const baseNames = new Map(keys.map(({ dnskey, base }) => [dnskey, base]));
  const keyName = (key: KeyId): string => baseNames.get(key) ?? key;
  const text = `${JSON.stringify(
    {
      schema: `zonewright/state/v${VERSION}`,
      zone: zoneText(zone),
      simulated,
      lastError: lastError && printLastError(lastError),
      askedAlgorithm,
      keys: keys.map((key) => printKey(state, key)),
      rollovers: rollovers.map((rollover) => printRollover(rollover, keyName)),
      wantedDs,
      parent: ledger.parent.map((version) => printParent(version, keyName)),
      publications: ledger.publications.map((publication) => printPublication(publication, keyName)),
      outbox: outbox.map(printEvent),
      audit: audit.map(printAuditEntry),
    },
    undefined,
    2,
  )}\n`;
  try {
    readStateDocument(text, '', zone);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw unprintable(error.message);
  }
  return text;
}

function printKey(state: RotationState, key: ManagedKey): object {
  return {
    base: key.base,
    role: key.role,
    status: keyStatus(state, key),
    keyTag: key.keyTag,
    algorithm: key.algorithm,
    algorithmName: algorithmLabel(key.algorithm),
    created: iso(key.created),
    dsDigestTypes: key.dsDigestTypes,
    activated: isoIfAny(key.activated),
    silent: isoIfAny(key.silent),
    carried: isoIfAny(key.carried),
    removed: isoIfAny(key.removed),
    purged: isoIfAny(key.purged),
    use: key.use,
    dnskey: key.dnskey,
  };
}

function printRollover(rollover: Rollover, keyName: (key: KeyId) => string): object {
  const { name, started, urgent, old, new: fresh, step, decided, overdue, agreed } = rollover;
  return {
    name,
    started: iso(started),
    urgent,
    old,
    new: fresh,
    step,
    does: ROLLOVERS[name].steps[step]?.does ?? 'finish',
    decided: isoIfAny(decided),
    overdue: isoIfAny(overdue),
    agreed: agreed && printAgreement(agreed, keyName),
  };
}

function printAgreement(agreed: Agreement, keyName: (key: KeyId) => string): object {
  return {
    time: iso(agreed.time),
    until: iso(agreed.until),
    parent: agreed.ds.map((ds) => printDsSet(ds, keyName)),
    dnskeySets: agreed.keySets.map(({ keys, signers }) => ({
      dnskeys: keys.map(keyName),
      dnskeySigners: signers.map(keyName),
    })),
    signerSets: agreed.data.map((data) => printSignerSets(data, keyName)),
  };
}

function printDsSet(ds: DsSet, keyName: (key: KeyId) => string): object[] {
  return ds.map(({ algorithm, digestType, key }) => ({
    algorithm,
    digestType,
    key: key === undefined ? undefined : keyName(key),
  }));
}

function printSignerSets({ signerSets }: ZoneData, keyName: (key: KeyId) => string): string[][] {
  return signerSets.map((signers) => signers.map(keyName));
}

function printParent(version: ParentVersion, keyName: (key: KeyId) => string): object {
  return {
    since: iso(version.since),
    replaced: isoIfAny(version.replaced),
    confirmed: version.confirmed,
    ttl: version.ttl,
    propagation: version.propagation,
    ds: printDsSet(version.ds, keyName),
  };
}

function printPublication(publication: Publication, keyName: (key: KeyId) => string): object {
  return {
    serial: publication.serial,
    digest: publication.digest,
    since: iso(publication.since),
    written: isoIfAny(publication.written),
    established: isoIfAny(publication.established),
    elsewhere: publication.elsewhere,
    dnskeyTtl: publication.dnskeyTtl,
    maxTtl: publication.maxTtl,
    propagation: publication.propagation,
    firstExpiration: isoIfAny(publication.firstExpiration),
    dnskeys: publication.keySet.keys.map(keyName),
    dnskeySigners: publication.keySet.signers.map(keyName),
    signerSets: printSignerSets(publication.data, keyName),
  };
}

function printEvent({ id, type, time, payload, deliveries }: OutboxEvent): object {
  const { keys, ds, notBefore, deadline, brokenUntil } = payload;
  return {
    id,
    type,
    time: iso(time),
    payload: {
      keys,
      ds,
      notBefore: isoIfAny(notBefore),
      deadline: isoIfAny(deadline),
      brokenUntil: isoIfAny(brokenUntil),
    },
    deliveries: deliveries.map(({ target, attempts, delivered, nextAttempt, error }) => ({
      target,
      attempts,
      delivered: isoIfAny(delivered),
      nextAttempt: isoIfAny(nextAttempt),
      error,
    })),
  };
}

function printAuditEntry(entry: AuditEntry): object {
  const { time, actor, what, why, outcome, forced, serial, keys } = entry;
  return { time: iso(time), actor, what, why, outcome, forced, serial, keys };
}

function printLastError({ time, command, code, message }: LastError): object {
  return { time: iso(time), command, code, message };
}

/**
 * Reads a state file strictly: whatever is not as this tool writes it is an error that names the key and the line.
 * @throws ZonewrightError `state/damaged`, `state/newer`, `state/other-zone`
 */
export function readStateDocument(text: string, file: string, zone: Uint8Array): StateDocument {
  const location = (offset: number): { file: string; line: number; column: number } => {
    const before = text.slice(0, offset);
    return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  };
  const document = parseJson(text, (problem, offset) => damagedState(problem, location(offset), zone));
  return document.object((fields) => {
    checkVersion(fields.get('schema'), file, zone);
    checkZone(fields.get('zone'), file, zone);
    const simulated = fields.get('simulated').boolean();
    const keys = readKeys(fields.get('keys'), zone);
    const keyIds = new Map(keys.map(({ base, dnskey }) => [base, dnskey]));
    const base = (value: JsonValue): string => {
      const name = value.text();
      if (!keyIds.has(name)) throw value.error(`there is no key ${name} in this file`);
      return name;
    };
    const keyId = (value: JsonValue): KeyId =>
      keyIds.get(value.text()) ?? value.text('the base name of a key of this file, or a DNSKEY', KEY_ID);
    const state: RotationState = {
      keys,
      ledger: {
        publications: fields.get('publications').list((value) => readPublication(value, keyId)),
        parent: fields.get('parent').list((value) => readParent(value, keyId)),
      },
      rollovers: fields.get('rollovers').list((value) => readRollover(value, base, keyId)),
      wantedDs: fields.get('wantedDs').list(base),
      audit: fields.get('audit').list(readAuditEntry),
      outbox: fields.get('outbox').list(readEvent),
      lastError: fields.optional('lastError', readLastError),
      askedAlgorithm: fields.optional('askedAlgorithm', readAskedAlgorithm),
    };
    return { state, simulated };
  });
}

/** The error that a state file cannot be used, with the way out. */
export function damagedState(
  problem: string,
  location: { readonly file: string; readonly line?: number; readonly column?: number },
  zone: Uint8Array,
): ZonewrightError {
  return inputError('state/damaged', `this state file is damaged: ${problem}`, {
    location,
    hint: `zonewright rotate ${zoneLabel(zone)} --adopt rebuilds it; the previous one is ${location.file}.bak`,
  });
}

function checkVersion(value: JsonValue, file: string, zone: Uint8Array): void {
  const version = Number(SCHEMA.exec(value.text('zonewright/state/v1', SCHEMA))![1]);
  if (version === VERSION) return;
  throw inputError('state/newer', `this state was written by a newer zonewright (version ${version})`, {
    location: { file },
    hint: `update zonewright; or zonewright rotate ${zoneLabel(zone)} --adopt makes a state of this version`,
  });
}

function checkZone(value: JsonValue, file: string, zone: Uint8Array): void {
  const name = value.text();
  if (name === zoneText(zone)) return;
  throw inputError('state/other-zone', `this is the state of ${name}, not of ${zoneText(zone)}`, {
    location: { file },
    hint: `put the file of ${zoneLabel(zone)} in its place, or delete it`,
  });
}

function readKeys(value: JsonValue, zone: Uint8Array): ManagedKey[] {
  const bases = new Set<string>();
  return value.list((item) => {
    const key = readKey(item, zone);
    if (bases.has(key.base)) throw item.error(`the key ${key.base} is here twice`);
    bases.add(key.base);
    return key;
  });
}

function readKey(value: JsonValue, zone: Uint8Array): ManagedKey {
  return value.object((fields) => {
    fields.get('status').oneOf(STATUSES);
    fields.get('algorithmName').text();
    const dnskey = fields.get('dnskey').text('a DNSKEY', KEY_ID);
    const { algorithm } = keyFacts(dnskey);
    const tag = readTag(fields.get('dnskey'));
    const base = fields.get('base').text();
    const expected = keyBaseName(zone, algorithm, tag);
    if (base.toLowerCase() !== expected.toLowerCase())
      throw fields.get('base').error(`the DNSKEY is that of ${expected}`);
    if (fields.get('keyTag').integer(0, 0xffff) !== tag)
      throw fields.get('keyTag').error(`the DNSKEY has the key tag ${tag}`);
    if (fields.get('algorithm').integer(0, 0xff) !== algorithm)
      throw fields.get('algorithm').error(`the DNSKEY has the algorithm ${algorithm}`);
    return {
      base,
      keyTag: tag,
      algorithm,
      role: fields.get('role').oneOf(ROLES),
      dnskey,
      created: readTime(fields.get('created')),
      use: fields.get('use').object((use) => ({
        published: use.get('published').boolean(),
        signsKeys: use.get('signsKeys').boolean(),
        signsZone: use.get('signsZone').boolean(),
      })),
      dsDigestTypes: fields.optional('dsDigestTypes', (types) => types.list((type) => type.integer(0, 0xff))),
      activated: fields.optional('activated', readTime),
      silent: fields.optional('silent', readTime),
      carried: fields.optional('carried', readTime),
      removed: fields.optional('removed', readTime),
      purged: fields.optional('purged', readTime),
    };
  });
}

function readTag(value: JsonValue): number {
  try {
    return keyTag(rdataFromText(Type.DNSKEY, value.text()));
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw value.error(error.message);
  }
}

function readRollover(value: JsonValue, base: (value: JsonValue) => string, keyId: ReadKeyId): Rollover {
  return value.object((fields) => {
    fields.get('does').text();
    const name = fields.get('name').oneOf(Object.keys(ROLLOVERS) as RolloverName[]);
    return {
      name,
      started: readTime(fields.get('started')),
      urgent: fields.optional('urgent', (flag) => flag.boolean()),
      old: fields.get('old').list(base),
      new: fields.get('new').list(base),
      step: fields.get('step').integer(0, ROLLOVERS[name].steps.length),
      decided: fields.optional('decided', readTime),
      overdue: fields.optional('overdue', readTime),
      agreed: fields.optional('agreed', (agreed) => readAgreement(agreed, keyId)),
    };
  });
}

function readAgreement(value: JsonValue, keyId: ReadKeyId): Agreement {
  return value.object((fields) => ({
    time: readTime(fields.get('time')),
    until: readTime(fields.get('until')),
    ds: fields.get('parent').list((set) => set.list((record) => readDs(record, keyId))),
    keySets: fields.get('dnskeySets').list((set) => set.object((keys) => readKeySet(keys, keyId))),
    data: fields.get('signerSets').list((sets) => readSignerSets(sets, keyId)),
  }));
}

function readKeySet(fields: JsonFields, keyId: ReadKeyId): KeySet {
  return { keys: fields.get('dnskeys').list(keyId), signers: fields.get('dnskeySigners').list(keyId) };
}

function readSignerSets(value: JsonValue, keyId: ReadKeyId): ZoneData {
  return { signerSets: value.list((signers) => signers.list(keyId)) };
}

type ReadKeyId = (value: JsonValue) => KeyId;

function readPublication(value: JsonValue, keyId: ReadKeyId): Publication {
  return value.object((fields) => ({
    serial: fields.get('serial').integer(0, MAX_32),
    digest: fields.get('digest').text('a SHA-256 digest in hexadecimal', SHA256),
    since: readTime(fields.get('since')),
    written: fields.optional('written', readTime),
    established: fields.optional('established', readTime),
    elsewhere: fields.optional('elsewhere', (value) => value.boolean()),
    keySet: readKeySet(fields, keyId),
    data: readSignerSets(fields.get('signerSets'), keyId),
    dnskeyTtl: readDuration(fields, 'dnskeyTtl'),
    maxTtl: readDuration(fields, 'maxTtl'),
    propagation: readDuration(fields, 'propagation'),
    firstExpiration: fields.optional('firstExpiration', readTime),
  }));
}

function readParent(value: JsonValue, keyId: ReadKeyId): ParentVersion {
  return value.object((fields) => ({
    ds: fields.get('ds').list((item) => readDs(item, keyId)),
    since: readTime(fields.get('since')),
    replaced: fields.optional('replaced', readTime),
    ttl: readDuration(fields, 'ttl'),
    propagation: readDuration(fields, 'propagation'),
    confirmed: fields.get('confirmed').boolean(),
  }));
}

function readDs(value: JsonValue, keyId: ReadKeyId): DsRecord {
  return value.object((fields) => ({
    algorithm: fields.get('algorithm').integer(0, 0xff),
    digestType: fields.get('digestType').integer(0, 0xff),
    key: fields.optional('key', keyId),
  }));
}

function readAuditEntry(value: JsonValue): AuditEntry {
  return value.object((fields) => ({
    time: readTime(fields.get('time')),
    actor: fields.optional('actor', (actor) => actor.oneOf(ACTORS)),
    what: fields.get('what').text(),
    why: fields.get('why').text(),
    outcome: fields.optional('outcome', (outcome) => outcome.oneOf(OUTCOMES)),
    forced: fields.optional('forced', (flag) => flag.boolean()),
    serial: fields.optional('serial', (serial) => serial.integer(0, MAX_32)),
    keys: fields.optional('keys', (keys) => keys.list((base) => base.text('the base name of a key', BASE))),
  }));
}

function readEvent(value: JsonValue): OutboxEvent {
  return value.object((fields) => ({
    id: fields.get('id').text('a UUID', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    type: fields.get('type').oneOf(EVENT_TYPES),
    time: readTime(fields.get('time')),
    payload: readPayload(fields.get('payload')),
    deliveries: fields.get('deliveries').list(readDelivery),
  }));
}

function readPayload(value: JsonValue): EventPayload {
  return value.object((fields) => ({
    keys: fields.get('keys').list((base) => base.text('the base name of a key', BASE)),
    ds: fields.get('ds').list((item) =>
      item.object((record) => ({
        ds: record.get('ds').text('the RDATA of a DS', DS_RDATA),
        dnskey: record.get('dnskey').text('a DNSKEY', KEY_ID),
      })),
    ),
    notBefore: fields.optional('notBefore', readTime),
    deadline: fields.optional('deadline', readTime),
    brokenUntil: fields.optional('brokenUntil', readTime),
  }));
}

function readDelivery(value: JsonValue): Delivery {
  return value.object((fields) => ({
    target: fields.get('target').text(),
    attempts: fields.get('attempts').integer(0, MAX_32),
    delivered: fields.optional('delivered', readTime),
    nextAttempt: fields.optional('nextAttempt', readTime),
    error: fields.optional('error', (error) => error.text()),
  }));
}

function readLastError(value: JsonValue): LastError {
  return value.object((fields) => ({
    time: readTime(fields.get('time')),
    command: fields.optional('command', (command) => command.oneOf(FAILING)),
    code: fields.get('code').text(),
    message: fields.get('message').text(),
  }));
}

function readAskedAlgorithm(value: JsonValue): AskedAlgorithm {
  return value.object((fields) => ({
    algorithm: fields.get('algorithm').integer(0, 0xff),
    insteadOf: fields.get('insteadOf').integer(0, 0xff),
  }));
}

function readDuration(fields: JsonFields, name: string): number {
  return fields.get(name).integer(0, Number.MAX_SAFE_INTEGER);
}

/** ISO 8601 in UTC, to the second, as `printTime` writes it. */
function readTime(value: JsonValue): number {
  const what = 'a time like 2026-11-22T12:00:00Z';
  const text = value.text(what, ISO_TIME);
  const time = Date.parse(text) / 1000;
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(time) || time < 0 || printTime(time) !== text)
    throw value.error(`this must be ${what}, not "${text}"`);
  return time;
}

function iso(time: number): string {
  if (Number.isInteger(time) && time >= 0 && time <= MAX_TIME) return printTime(time);
  throw unprintable(`${time} is no time in whole seconds since 1970`);
}

function isoIfAny(time: number | undefined): string | undefined {
  return time === undefined ? undefined : iso(time);
}

function unprintable(problem: string): ZonewrightError {
  return internalError('state/unprintable', `this state cannot be written: ${problem}`);
}

function zoneText(zone: Uint8Array): string {
  return nameToText(canonicalName(zone));
}
