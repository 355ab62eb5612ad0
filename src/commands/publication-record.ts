import { toHex } from '../dns/encoding.ts';
import type { SignedZone } from '../dnssec/sign-request.ts';
import { withAudit } from '../rollover/audit.ts';
import {
  withDigestEstablished,
  withPublication,
  withUnsignedBefore,
  withWritten,
} from '../rollover/facts.ts';
import { withSuccess } from '../rollover/failures.ts';
import { keepsSerial } from '../rollover/kept-serial.ts';
import {
  isAssumed,
  latestTime,
  NO_FILE,
  seenVersions,
  UNSIGNED_ZONE,
  type Publication,
} from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { zskSignsRequests } from '../rollover/request-signers.ts';
import type { AuditEntry, ManagedKey, RotationState } from '../rollover/state.ts';
import { zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { proveWanted } from '../rollover/wanted-ds.ts';
import type { Environment } from './environment.ts';
import { propagationOf } from './found-zone.ts';
import type { PreviousOutput } from './previous-output.ts';
import { childRecords, dnskeyRecords, recordsAhead, wantedDnskeys } from './publication-apex.ts';
import { keysOfPublication } from './publication-keys.ts';
import { checkReserve, provenKeys, refuseUnsafe, warnOfEnd } from './publication-safety.ts';
import type { SelectedKeys } from './signing-keys.ts';
import { writeState } from './state-store.ts';
import type { StoredResponse } from './stored-response.ts';

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
  #keys: readonly ManagedKey[];
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
    this.#keys = state.keys;
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
    return seenVersions(this.#state.ledger).map(({ serial }) => serial);
  }

  /**
   * The keys of the next publication.
   * @param response signatures by keys that are elsewhere
   * @throws ZonewrightError `key/*`
   */
  async selectKeys(response?: StoredResponse): Promise<SelectedKeys> {
    const { keyDirectory, policy, cds, force } = this.#options;
    const found = await keysOfPublication(
      (canSign) =>
        force === true ? this.#state.keys : provenKeys(this.#state, this.#zone, this.#environment, canSign),
      this.#zone,
      keyDirectory,
      this.#environment,
      response,
      wantedDnskeys(this.#state),
    );
    const { managed, publishedKeys, ahead, ...keys } = found;
    this.#keys = managed;
    if (ahead !== undefined)
      warnOfEnd(ahead.lastExpiration, this.#zone, policy.signatures.refresh, this.#environment);
    const { now, crypto } = this.#environment;
    const isAsking = cds && !this.isUnsigned && proveWanted(this.#state, policy, now).safe;
    const children = isAsking ? childRecords(this.#state, this.#zone, policy, crypto) : [];
    const apexRecords =
      ahead === undefined
        ? [...dnskeyRecords(publishedKeys, policy), ...children]
        : recordsAhead(ahead, children);
    const isShared = zskSignsRequests({ ...this.#state, keys: managed }, now);
    const signing = keys.signing.map((key) => ({
      ...key,
      signsRequests: isShared || key.privateKey.kind === 'lost',
    }));
    return { ...keys, signing, apexRecords };
  }

  /**
   * Refuses a zone that some cache would turn bogus, or whose signatures run out in caches.
   * @throws ZonewrightError `sign/unsafe`, `sign/expires-early`
   */
  prove(
    { zone, kept }: Pick<SignedZone, 'zone' | 'kept'>,
    keys: SelectedKeys,
    previous: PreviousOutput | undefined,
  ): void {
    const { policy, force = false, keys: named } = this.#options;
    const unpublished = keys.own.map(({ dnskeyRdata }) => dnskeyRdata);
    this.#signers = keys.signingKeys.map(({ base }) => base);
    this.#evidence = zoneEvidence(zone, unpublished, kept?.signers);
    this.#recordPredecessor(previous, this.#evidence, unpublished);
    const next = this.#publication(this.#evidence, NO_FILE);
    const { ledger } = this.#state;
    checkReserve(next, ledger, policy, force, this.#environment);
    this.#forced = refuseUnsafe(
      next,
      this.#state,
      this.#zone,
      { force, isByHand: named !== undefined },
      this.#environment,
    );
  }

  /** What is served now and was not recorded: a file that somebody else wrote, or the zone before it was ever signed. */
  #recordPredecessor(
    previous: PreviousOutput | undefined,
    next: ZoneEvidence,
    unpublished: readonly Uint8Array[],
  ): void {
    const { publications } = this.#state.ledger;
    const { isServedFile, policy } = this.#options;
    const isFirst = publications.every(isAssumed);
    const isForeign =
      previous !== undefined &&
      (isFirst || (isServedFile && publications.every(({ digest }) => digest !== previous.digest)));
    if (!isFirst && !isForeign) return;
    const unsigned = this.#publication({ ...next, ...UNSIGNED_ZONE, firstExpiration: undefined }, NO_FILE);
    if (!isForeign && publications.length > 0) {
      this.#state = withUnsignedBefore(this.#state, unsigned);
      return;
    }
    const publication = isForeign
      ? this.#publication(zoneEvidence(previous.zone, unpublished), previous.digest)
      : unsigned;
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
      this.#state = withDigestEstablished(this.#state, this.#digest, now);
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
      why: this.#forced ?? 'proven safe for every cache',
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
}
