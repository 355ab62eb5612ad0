import { toHex } from '../dns/encoding.ts';
import { printDuration, printTime } from '../dns/time.ts';
import { digestTypeByName, makeDs } from '../dnssec/ds.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { inputError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { isForeign, useOfKey, type Key } from '../keys/key.ts';
import { withAudit } from '../rollover/audit.ts';
import { withEstablished, withPublication, withWritten } from '../rollover/facts.ts';
import { withSuccess } from '../rollover/failures.ts';
import { KEY_TYPES } from '../rollover/key-bundles.ts';
import { keepsSerial } from '../rollover/kept-serial.ts';
import { keysToPublish } from '../rollover/keys-to-publish.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  NO_FILE,
  UNSIGNED_ZONE,
  type Publication,
} from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { provePublication, type Proof } from '../rollover/proof.ts';
import { shortReserve } from '../rollover/reserve.ts';
import { keyNamed, type AuditEntry, type ManagedKey, type RotationState } from '../rollover/state.ts';
import { describeWitness } from '../rollover/words.ts';
import { zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { propagationOf } from './found-zone.ts';
import { openPrivateKey } from './key-files.ts';
import { openedOrLost } from './lost-keys.ts';
import type { PreviousOutput } from './previous-output.ts';
import type { ApexRecord, SelectedKeys } from './signing-keys.ts';
import { writeState } from './state-store.ts';
import {
  bundleForZone,
  hasSignaturesOf,
  type BundleForZone,
  type StoredResponse,
} from './stored-response.ts';

/** RDATA that asks the parent to remove all DS (RFC 8078 section 4). */
const DELETE_CDS = Uint8Array.of(0, 0, 0, 0, 0);
const DELETE_CDNSKEY = Uint8Array.of(0, 0, 3, 0, 0);

export interface RecordOptions {
  readonly keyDirectory: string;
  readonly policy: Policy;
  /** Whether CDS and CDNSKEY may be published. */
  readonly cds: boolean;
  /** Write what the proof rejects. */
  readonly force?: boolean | undefined;
  /** Whether the output is the file that is served, so that writing it can count as publishing it. */
  readonly isServedFile: boolean;
  /** Keys that the operator named: then the state does not choose. */
  readonly keys?: readonly string[] | undefined;
}

/** The part of a signing that the rotation state has: which keys, is it safe, what was published. */
export class PublicationRecord {
  readonly #zone: Uint8Array;
  readonly #options: RecordOptions;
  readonly #environment: Environment;
  /** With what they do in this version. */
  readonly #keys: readonly ManagedKey[];
  #state: RotationState;
  #evidence: ZoneEvidence | undefined;
  /** Base names. */
  #signers: readonly string[] = [];
  /** SHA-256 of the version that is about to be served, in hexadecimal. */
  #digest: string | undefined;
  /** What the proof says against this version, which is written all the same. */
  #forced: string | undefined;

  constructor(state: RotationState, zone: Uint8Array, options: RecordOptions, environment: Environment) {
    this.#state = state;
    this.#zone = zone;
    this.#options = options;
    this.#environment = environment;
    this.#keys = options.force === true || options.keys !== undefined ? state.keys : this.#provenKeys();
  }

  /** The keys as decided, or, where that is proven no more, as they are in the zone that is served. */
  #provenKeys(): readonly ManagedKey[] {
    const { now, warn } = this.#environment;
    const { keys, postponed } = keysToPublish(this.#state, now);
    if (postponed !== undefined) {
      warn(
        `what rotate decided is not safe any more, so the zone is signed with the keys that it has: ${describeWitness(postponed.witness)}${untilText(postponed)}`,
        `a later run goes on; see zonewright rotate ${zoneLabel(this.#zone)} --dry-run`,
      );
    }
    return keys;
  }

  /**
   * Seconds by which the clock is behind the ledger. Signatures must not end so much earlier than those that they replace: perhaps the clock is
   * wrong now, and not when the ledger was written.
   */
  get clockLag(): number {
    const lag = Math.max(0, latestTime(this.#state.ledger) - this.#environment.now);
    return Number.isFinite(lag) ? lag : 0;
  }

  /** Whether the zone is to be published without DNSSEC. */
  get isUnsigned(): boolean {
    return this.#keys.every(({ use }) => !use.published && !use.signsKeys && !use.signsZone);
  }

  /** Serials that secondaries may hold. */
  get serials(): number[] {
    return this.#state.ledger.publications.map(({ serial }) => serial);
  }

  /**
   * The keys of the next publication.
   * @param response signatures by keys that are elsewhere
   * @throws ZonewrightError `sign/no-response`, `key/*`
   */
  async selectKeys(response?: StoredResponse): Promise<SelectedKeys> {
    const { keyDirectory } = this.#options;
    const directory = new KeyDirectory(keyDirectory, this.#environment.files);
    const files = await directory.listKeys(this.#zone);
    const keyOf = (managed: ManagedKey): Key =>
      files.find(({ base }) => base === managed.base) ?? this.#keyWithoutFiles(managed);
    const keys = this.#keys;
    const signing = keys.filter(({ use }) => use.signsKeys || use.signsZone);
    const foreign = files.filter((key) => isForeign(key) && useOfKey(key, this.#environment.now).published);
    const ours = keys.filter(({ use }) => use.published).map((managed) => keyOf(managed));
    const published = [...ours, ...foreign.filter(({ base }) => ours.every((key) => key.base !== base))];
    const isElsewhere = (managed: ManagedKey): boolean =>
      response !== undefined &&
      !managed.use.signsZone &&
      !keyOf(managed).hasPrivate &&
      hasSignaturesOf(response, keyOf(managed).dnskeyRdata);
    const ahead =
      response !== undefined && signing.some(isElsewhere)
        ? bundleForZone(
            response,
            published.map(({ dnskeyRdata }) => dnskeyRdata),
            this.#zone,
            this.#environment.now,
          )
        : undefined;
    return {
      own: [
        ...files,
        ...keys
          .filter(({ base }) => !files.some((key) => key.base === base))
          .map((managed) => keyOf(managed)),
      ],
      published: published.map((key) => ({ key, dnskeyRdata: key.dnskeyRdata })),
      signing: await Promise.all(
        signing.map(async (managed) => ({
          dnskeyRdata: keyOf(managed).dnskeyRdata,
          privateKey:
            ahead !== undefined && isElsewhere(managed)
              ? ahead.signaturesOf(keyOf(managed).dnskeyRdata)
              : await openedOrLost(openPrivateKey(directory, keyOf(managed), this.#environment)),
          signsKeys: managed.use.signsKeys,
          signsZone: managed.use.signsZone,
        })),
      ),
      signingKeys: signing.map((managed) => keyOf(managed)),
      apexRecords: ahead === undefined ? this.#apexRecords(published) : recordsAhead(ahead),
    };
  }

  /**
   * Refuses a zone that some cache would turn bogus.
   * @throws ZonewrightError `sign/unsafe`
   */
  prove(zone: Zone, keys: SelectedKeys, previous: PreviousOutput | undefined): void {
    const { now, warn } = this.#environment;
    const unpublished = keys.own.map(({ dnskeyRdata }) => dnskeyRdata);
    this.#signers = keys.signingKeys.map(({ base }) => base);
    this.#evidence = zoneEvidence(zone, unpublished);
    this.#recordPredecessor(previous, this.#evidence, unpublished);
    const { ledger } = this.#state;
    this.#checkReserve(this.#publication(this.#evidence, NO_FILE));
    const proof = provePublication(
      cachesAt(ledger, now, 0, this.#evidence),
      currentPublication(ledger),
      this.#evidence,
    );
    if (proof.safe) return;
    const until = untilText(proof);
    const breaks = `this zone would go bogus: ${describeWitness(proof.witness)}`;
    if (this.#options.force === true) {
      warn(`${breaks}${until}; written all the same (--force)`);
      this.#forced = `${breaks}${until}`;
      return;
    }
    throw inputError('sign/unsafe', `${breaks}${until}`, {
      hint:
        until === ''
          ? `if somebody else changed the keys, take over what is published: zonewright rotate ${zoneLabel(this.#zone)} --adopt`
          : 'wait, or write it all the same with --force',
    });
  }

  /**
   * Refuses a zone whose signatures run out in caches, unless it is no worse in this than the one that it replaces.
   * @throws ZonewrightError `sign/expires-early`
   */
  #checkReserve(next: Publication): void {
    const { now, warn } = this.#environment;
    const { policy, force } = this.#options;
    const short = shortReserve(next, currentPublication(this.#state.ledger), policy, now);
    if (short === undefined) return;
    const { left, propagation, ttl, isNoWorse } = short;
    const problem =
      `when its signatures are replaced, as little as ${printDuration(Math.max(0, left))} of their time may be left, but caches hold them for ` +
      `${printDuration(propagation + ttl)} more: a propagation of ${printDuration(propagation)} and a TTL of ${printDuration(ttl)}`;
    const hint = 'make signatures.refresh and the validity longer, or the largest TTL shorter';
    if (!isNoWorse && force !== true)
      throw inputError('sign/expires-early', problem, { hint: `${hint}; or write it with --force` });
    warn(problem, hint);
  }

  /** What is served now and was not recorded: a file that somebody else wrote, or the zone before it was ever signed. */
  #recordPredecessor(
    previous: PreviousOutput | undefined,
    next: ZoneEvidence,
    unpublished: readonly Uint8Array[],
  ): void {
    const { publications } = this.#state.ledger;
    const { isServedFile, policy } = this.#options;
    const isFirst = publications.length === 0;
    const isForeign =
      previous !== undefined &&
      (isFirst || (isServedFile && publications.every(({ digest }) => digest !== previous.digest)));
    if (!isFirst && !isForeign) return;
    const publication = isForeign
      ? this.#publication(zoneEvidence(previous.zone, unpublished), previous.digest)
      : this.#publication({ ...next, ...UNSIGNED_ZONE, firstExpiration: undefined }, NO_FILE);
    // By a clock that is behind nobody can say since when.
    const isEstablished = (isFirst || policy.publishedWhen === 'written') && this.clockLag === 0;
    this.#state = withPublication(
      this.#state,
      isEstablished ? { ...publication, established: this.#environment.now } : publication,
    );
  }

  /** Records that a version is about to be served; call it before its file is in place. */
  async intend(digest: Uint8Array): Promise<void> {
    const text = toHex(digest);
    this.#digest = text;
    if (
      this.#evidence === undefined ||
      this.#state.ledger.publications.some((known) => known.digest === text)
    )
      return;
    const publication = this.#publication(this.#evidence, text);
    this.#state = withPublication(
      this.#state,
      this.#options.isServedFile ? publication : { ...publication, elsewhere: true },
    );
    await this.#write();
  }

  /**
   * Records that the version's file is in place, and by that, where the policy says so, published.
   * @param output where it is, as people call it
   */
  async written(output: string): Promise<void> {
    const { policy, isServedFile } = this.#options;
    const { now } = this.#environment;
    const evidence = this.#evidence;
    if (evidence === undefined || this.#digest === undefined) return;
    this.#state = withWritten(this.#state, this.#digest, now);
    if (isServedFile && policy.publishedWhen === 'written' && !keepsSerial(this.#state.ledger))
      this.#state = withEstablished(this.#state, evidence.serial, now);
    this.#state = withAudit(withSuccess(this.#state, 'sign'), [this.#auditEntry(evidence, output)]);
    await this.#write();
  }

  /** Records that a run went well which had nothing to write. */
  async succeeded(): Promise<void> {
    if (this.#state.lastError === undefined) return;
    this.#state = withSuccess(this.#state, 'sign');
    await this.#write();
  }

  #auditEntry({ serial }: ZoneEvidence, output: string): AuditEntry {
    return {
      time: this.#environment.now,
      actor: 'zonewright',
      what: `sign: wrote serial ${serial} to ${output}${this.#options.isServedFile ? '' : ', which is not what is served'}`,
      why: this.#forced === undefined ? 'proven safe for every cache' : `forced (--force): ${this.#forced}`,
      outcome: 'written',
      forced: this.#forced === undefined ? undefined : true,
      serial,
      keys: this.#signers,
    };
  }

  #write(): Promise<void> {
    return writeState(this.#options.keyDirectory, this.#zone, this.#state, this.#environment);
  }

  #publication(evidence: ZoneEvidence, digest: string): Publication {
    const { serial, keySet, data, dnskeyTtl, maxTtl, firstExpiration } = evidence;
    const propagation = propagationOf(this.#options.policy, evidence);
    return {
      serial,
      digest,
      since: this.#environment.now,
      keySet,
      data,
      dnskeyTtl,
      maxTtl,
      propagation,
      firstExpiration,
    };
  }

  #apexRecords(published: readonly Key[]): ApexRecord[] {
    return [...this.#dnskeyRecords(published), ...this.#childRecords()];
  }

  #dnskeyRecords(published: readonly Key[]): ApexRecord[] {
    const ttl = this.#options.policy.dnskeyTtl;
    return published.map(({ dnskeyRdata }) => ({ type: Type.DNSKEY, ttl, rdata: dnskeyRdata }));
  }

  /** CDS and CDNSKEY for the DS set that should be at the parent, or the request to remove all (RFC 7344, RFC 8078). */
  #childRecords(): ApexRecord[] {
    const { policy, cds } = this.#options;
    if (!cds || this.isUnsigned) return [];
    const ttl = policy.dnskeyTtl;
    const wanted = this.#state.wantedDs.flatMap((base) => keyNamed(this.#state, base) ?? []);
    if (wanted.length === 0) {
      const isDisabling = this.#state.rollovers.some(
        ({ name, step, decided }) => name === 'disable' && (step > 0 || decided !== undefined),
      );
      if (!isDisabling) return [];
      return [
        { type: Type.CDS, ttl, rdata: DELETE_CDS },
        { type: Type.CDNSKEY, ttl, rdata: DELETE_CDNSKEY },
      ];
    }
    return wanted.flatMap(({ dnskey }) => {
      const rdata = rdataFromText(Type.DNSKEY, dnskey);
      const digests = policy.dsDigests.flatMap((name) => digestTypeByName(name)?.number ?? []);
      return [
        { type: Type.CDNSKEY, ttl, rdata },
        ...digests.map((digest) => ({
          type: Type.CDS,
          ttl,
          rdata: makeDs(this.#zone, rdata, digest, this.#environment.crypto),
        })),
      ];
    });
  }

  /** A key whose files are gone still has its DNSKEY in the state. */
  #keyWithoutFiles({ base, algorithm, keyTag, role, dnskey, created }: ManagedKey): Key {
    const dnskeyRdata = rdataFromText(Type.DNSKEY, dnskey);
    const { flags } = readDnskey(dnskeyRdata);
    return {
      base,
      zone: this.#zone,
      algorithm,
      keyTag,
      flags,
      role,
      ttl: undefined,
      dnskeyRdata,
      timing: { created },
      state: undefined,
      hasPrivate: false,
    };
  }
}

function untilText({ until }: Proof & { readonly safe: false }): string {
  return Number.isFinite(until) ? `, until ${printTime(until)}` : '';
}

/** The apex records as they were signed, to the TTL. */
function recordsAhead({ bundle: { zone } }: BundleForZone): ApexRecord[] {
  return KEY_TYPES.flatMap((type) => {
    const rrset = zone.apexRrset(type);
    return zone.rdatasOf(rrset).map((rdata) => ({ type, ttl: zone.rrsetTtls[rrset]!, rdata }));
  });
}
