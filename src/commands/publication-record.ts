import { toHex } from '../dns/encoding.ts';
import { printTime } from '../dns/time.ts';
import { digestTypeByName, makeDs } from '../dnssec/ds.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { inputError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Key } from '../keys/key.ts';
import { withEstablished, withPublication } from '../rollover/facts.ts';
import {
  cachesAt,
  currentPublication,
  NO_FILE,
  UNSIGNED_ZONE,
  type Publication,
} from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { provePublication } from '../rollover/proof.ts';
import { keyNamed, type ManagedKey, type RotationState } from '../rollover/state.ts';
import { describeWitness } from '../rollover/words.ts';
import { zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { propagationOf } from './found-zone.ts';
import type { PreviousOutput } from './previous-output.ts';
import type { ApexRecord, SelectedKeys } from './signing-keys.ts';
import { writeState } from './state-store.ts';

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
}

/** The part of a signing that the rotation state has: which keys, is it safe, what was published. */
export class PublicationRecord {
  readonly #zone: Uint8Array;
  readonly #options: RecordOptions;
  readonly #environment: Environment;
  #state: RotationState;
  #evidence: ZoneEvidence | undefined;

  constructor(state: RotationState, zone: Uint8Array, options: RecordOptions, environment: Environment) {
    this.#state = state;
    this.#zone = zone;
    this.#options = options;
    this.#environment = environment;
  }

  /** Whether the zone is to be published without DNSSEC. */
  get isUnsigned(): boolean {
    return this.#state.keys.every(({ use }) => !use.published && !use.signsKeys && !use.signsZone);
  }

  /** Serials that secondaries may hold. */
  get serials(): number[] {
    return this.#state.ledger.publications.map(({ serial }) => serial);
  }

  /** The keys of the next publication. */
  async selectKeys(): Promise<SelectedKeys> {
    const { keyDirectory } = this.#options;
    const directory = new KeyDirectory(keyDirectory, this.#environment.files);
    const files = await directory.listKeys(this.#zone);
    const keyOf = (managed: ManagedKey): Key =>
      files.find(({ base }) => base === managed.base) ?? this.#keyWithoutFiles(managed);
    const { keys } = this.#state;
    const signing = keys.filter(({ use }) => use.signsKeys || use.signsZone);
    const published = keys.filter(({ use }) => use.published).map((managed) => keyOf(managed));
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
          privateKey: await directory.privateKey(keyOf(managed), this.#environment.keyAccess),
          signsKeys: managed.use.signsKeys,
          signsZone: managed.use.signsZone,
        })),
      ),
      signingKeys: signing.map((managed) => keyOf(managed)),
      apexRecords: [...this.#dnskeyRecords(published), ...this.#childRecords()],
    };
  }

  /**
   * Refuses a zone that some cache would turn bogus.
   * @throws ZonewrightError `sign/unsafe`
   */
  prove(zone: Zone, keys: SelectedKeys, previous: PreviousOutput | undefined): void {
    const { now, warn } = this.#environment;
    const unpublished = keys.own.map(({ dnskeyRdata }) => dnskeyRdata);
    this.#evidence = zoneEvidence(zone, unpublished);
    this.#recordPredecessor(previous, this.#evidence, unpublished);
    const { ledger } = this.#state;
    const proof = provePublication(cachesAt(ledger, now), currentPublication(ledger), this.#evidence);
    if (proof.safe) return;
    const breaks = `this zone would go bogus: ${describeWitness(proof.witness)}`;
    const until = Number.isFinite(proof.until) ? ` until ${printTime(proof.until)}` : '';
    if (this.#options.force === true) {
      warn(`${breaks}${until}; written all the same (--force)`);
      return;
    }
    throw inputError('sign/unsafe', `${breaks}${until}`, {
      hint:
        until === ''
          ? `if somebody else changed the keys, take over what is published: zonewright rotate ${zoneLabel(this.#zone)} --adopt`
          : 'wait, or write it all the same with --force',
    });
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
    const isEstablished = isFirst || policy.publishedWhen === 'written';
    this.#state = withPublication(
      this.#state,
      isEstablished ? { ...publication, established: this.#environment.now } : publication,
    );
  }

  /** Records that a version is about to be served; call it before its file is in place. */
  async intend(digest: Uint8Array): Promise<void> {
    const text = toHex(digest);
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

  /** Records that the version's file is in place. */
  async written(): Promise<void> {
    const { policy, isServedFile } = this.#options;
    if (this.#evidence === undefined || !isServedFile || policy.publishedWhen !== 'written') return;
    const before = this.#state;
    this.#state = withEstablished(before, this.#evidence.serial, this.#environment.now);
    if (JSON.stringify(before) !== JSON.stringify(this.#state)) await this.#write();
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
