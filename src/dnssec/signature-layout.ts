import { allocateUint32 } from '../dns/byte-buffer.ts';
import { nameToText } from '../dns/name.ts';
import { inputError, type ZonewrightError } from '../errors.ts';
import { Type, typeName } from '../rr/registry.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import { isApexSignature } from './apex-signatures.ts';
import type { DenialChain } from './denial.ts';
import { expirationOf } from './expiration.ts';
import { denialTtl, type KeptOwners } from './kept-owners.ts';
import { isKeyType } from './key-types.ts';
import { signsType, type PreparedKey } from './prepared-keys.ts';
import type { Reusable } from './reuse.ts';
import type { ReusableSignatures, Target } from './reusable-signatures.ts';
import { rrsigLabels, RrsigOffset, u32At, writeRrsigHeader } from './rrsig.ts';
import type { SignRequest } from './sign-request.ts';
import { SigningJobs } from './signing-jobs.ts';

/** After how many RRsets it is told how many rows there are. */
const RRSETS_A_REPORT = 1 << 12;

/**
 * Which signatures a zone gets: those that are taken over from the previous output or from who made them ahead, and for those that are to be made,
 * a row and room in the store.
 */
export class SignatureLayout {
  /** The signatures to be made, and about how many these will be. */
  readonly jobs: SigningJobs;
  readonly expected: number;
  /** Whether the SOA cannot be signed anew, so that the serial stays. */
  readonly isFrozen: boolean;
  /** RRsets that were laid out, and how many of them are the previous output's. */
  rrsets = 0;
  sameRrsets = 0;
  /** Signatures of the previous output. */
  kept = 0;
  /** Signatures made ahead that the previous output does not have. */
  premade = 0;
  /** In epoch seconds. */
  firstExpiration = Infinity;

  readonly #content: Zone;
  readonly #request: SignRequest;
  readonly #keys: readonly PreparedKey[];
  readonly #previous: ReusableSignatures | undefined;
  readonly #kept: KeptOwners | undefined;
  /** The content's records by position, and behind them those of the denial chain. */
  readonly #records: Uint32Array;
  #denialEnd = 0;

  constructor(
    content: Zone,
    request: SignRequest,
    keys: readonly PreparedKey[],
    denialRecords: number,
    { previous, stayed, kept }: Reusable,
  ) {
    this.#content = content;
    this.#request = request;
    this.#keys = keys;
    this.#previous = previous;
    this.#kept = kept;
    this.#records = allocateUint32(content.recordCount + denialRecords);
    this.#records.set(content.records);
    this.isFrozen = keys.some(({ privateKey, signsZone }) => signsZone && privateKey.kind === 'lost');
    const capacity = (content.rrsetCount + denialRecords) * keys.length;
    this.jobs = new SigningJobs(capacity, this.#records, content.zoneClass);
    this.expected = stayed === undefined ? capacity : content.ownerCount - stayed.count().owners;
  }

  /** Makes room for all that is going to be added: nothing may move while threads sign. */
  reserve(denial: DenialChain): void {
    const content = this.#content;
    const keyTypes: number[] = [];
    let otherRrsets = denial.count;
    for (let rrset = 0; rrset < content.rrsetCount; rrset++) {
      const type = content.rrsetTypes[rrset]!;
      if (!this.#isSigned(content.rrsetOwners[rrset]!, type)) continue;
      if (isKeyType(type)) keyTypes.push(type);
      else otherRrsets++;
    }
    let { records = 0, rdata = 0 } = denial.room;
    for (const key of this.#keys) {
      const overKeys = keyTypes.filter((type) => signsType(key, type)).length;
      const signatures = overKeys + (key.signsZone ? otherRrsets : 0);
      records += signatures;
      rdata += signatures * (RrsigOffset.SignerName + content.origin.length + key.signatureLength);
    }
    content.store.reserve({ ...denial.room, records, rdata });
  }

  /** An RRset of the content. */
  targetOf(rrset: number): Target {
    const content = this.#content;
    const start = content.rrsetRecords[rrset]!;
    return {
      owner: content.store.owners[content.records[start]!]!,
      type: content.rrsetTypes[rrset]!,
      ttl: content.rrsetTtls[rrset]!,
      start,
      end: content.rrsetRecords[rrset + 1]!,
    };
  }

  /**
   * Lays out the content but for SOA and ZONEMD, which come last, and for the owners that are kept.
   * @param report is told now and then how many rows there are
   */
  layOutContent(report: (rows: number) => void): void {
    const content = this.#content;
    const apex = content.rankOf(content.origin);
    for (let rrset = 0; rrset < content.rrsetCount; rrset++) {
      if (rrset % RRSETS_A_REPORT === 0) report(this.jobs.count);
      const rank = content.rrsetOwners[rrset]!;
      const type = content.rrsetTypes[rrset]!;
      if (rank === apex && (type === Type.SOA || type === Type.ZONEMD)) continue;
      if (this.#kept?.has(rank) === true) continue;
      const isSigned = this.#isSigned(rank, type);
      if (isSigned || this.#previous !== undefined) this.#layOut(this.targetOf(rrset), isSigned);
      else this.rrsets++;
    }
    report(this.jobs.count);
  }

  /** Whether the zone signs an RRset of this type at the owner of a rank (RFC 4035 section 2.2). */
  #isSigned(rank: number, type: number): boolean {
    const status = this.#content.ownerStatus[rank]!;
    return status === OwnerStatus.Authoritative || (status === OwnerStatus.Delegation && type === Type.DS);
  }

  /** Adds the records of the denial chain to the store, as far as they are not kept, and returns their numbers. */
  addDenial(denial: DenialChain): Uint32Array {
    const content = this.#content;
    const added = denial.add(denialTtl(content), (rank) => this.#kept?.hasNsec(rank) === true);
    this.#records.set(added, content.recordCount);
    this.#denialEnd = content.recordCount + added.length;
    return this.#records.subarray(content.recordCount, this.#denialEnd);
  }

  /** Lays out the denial chain that was added. */
  layOutDenial(): void {
    const { store, recordCount } = this.#content;
    for (let start = recordCount; start < this.#denialEnd; start++) {
      if (this.#kept?.hasNsec3(start - recordCount) === true) continue;
      const record = this.#records[start]!;
      const target = {
        owner: store.owners[record]!,
        type: store.types[record]!,
        ttl: store.ttls[record]!,
        start,
        end: start + 1,
      };
      this.#layOut(target, true);
    }
    this.#addKept();
  }

  #addKept(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    const { rrsets, nsecs, nsec3s, signatures } = kept.count();
    this.rrsets += rrsets + nsecs + nsec3s;
    this.sameRrsets += rrsets + nsecs + nsec3s;
    this.kept += signatures;
    for (const { firstExpiration } of kept.signers) this.#noteExpiration(firstExpiration);
  }

  /** Takes over the signatures of an RRset that did not change, and plans those that are missing. */
  #layOut(target: Target, isSigned: boolean): void {
    this.rrsets++;
    const same = this.sameRrset(target);
    if (same >= 0) this.sameRrsets++;
    if (!isSigned) return;
    for (const key of this.#keys) {
      if (!signsType(key, target.type)) continue;
      if (key.privateKey.kind === 'premade') this.#addPremade(target, same, key, key.privateKey.rrsigs);
      else this.#signTarget(target, same, key);
    }
  }

  /** Keeps the signature of a key over an RRset that did not change, or plans a new one. */
  #signTarget(target: Target, same: number, key: PreparedKey): void {
    if (same >= 0 && this.#keepSignature(target, same, key)) return;
    if (key.privateKey.kind === 'lost') {
      if (isKeyType(target.type) && !key.signsKeys) return;
      throw this.#unsignable(target, same, key);
    }
    this.#addJob(target, key, same >= 0);
  }

  #unsignable({ owner, type }: Target, same: number, { keyTag: tag }: PreparedKey): ZonewrightError {
    const { names } = this.#content.store;
    const rrset = `${nameToText(names.wire.bytes, names.offsets[owner])} ${typeName(type)}`;
    const [why, change] =
      same < 0
        ? [
            'it is not what that key signed',
            ' --sign, which goes on with the zone as it was: the change follows once another key signs',
          ]
        : ['the signature that it had has expired', ''];
    return inputError(
      'sign/lost-key',
      `${rrset} cannot be signed: the private key ${tag} is lost, and ${why}`,
      {
        hint: `restore the key, or replace it with zonewright rotate ${nameToText(this.#content.origin)} --recover ${tag}${change}`,
      },
    );
  }

  /** Takes over a signature that was made ahead, once it is verified. */
  #addPremade(target: Target, same: number, key: PreparedKey, rrsigs: ReadonlyMap<number, Uint8Array>): void {
    const rdata = rrsigs.get(target.type);
    const { store } = this.#content;
    const rrset = this.#content.apexRrset(target.type);
    if (rdata === undefined || !isApexSignature(this.#content, rrset, rdata, key.verifier)) {
      throw inputError(
        'sign/no-response',
        `the ${typeName(target.type)} RRset is not what key ${key.keyTag} signed ahead`,
        { hint: 'have it signed: zonewright rotate ZONE --key-request FILE' },
      );
    }
    const start = store.rdata.length;
    store.rdata.append(rdata, 0, rdata.length);
    store.add(target.owner, Type.RRSIG, target.ttl, start);
    this.#noteExpiration(u32At(rdata, RrsigOffset.Expiration));
    if (same >= 0 && this.#previous?.hasSignature(same, rdata) === true) this.kept++;
    else this.premade++;
  }

  /** The number of the same RRset in the previous output, or -1. */
  sameRrset(target: Target, previous = this.#previous): number {
    return previous?.sameRrset(target, this.#records) ?? -1;
  }

  #keepSignature(target: Target, previousRrset: number, key: PreparedKey): boolean {
    const { store } = this.#content;
    const start = store.rdata.length;
    const refresh = key.privateKey.kind === 'lost' ? 0 : undefined;
    const expiration = this.#previous!.appendSignature(previousRrset, key, store.rdata, refresh);
    if (expiration < 0) return false;
    store.add(target.owner, Type.RRSIG, target.ttl, start);
    this.#noteExpiration(expiration);
    this.kept++;
    return true;
  }

  /** Lays out an RRset that is there anew, unless there is nobody who can sign it. */
  layOutNew(target: Target): void {
    const same = this.isFrozen ? this.sameRrset(target) : -1;
    for (const key of this.#keys) if (signsType(key, target.type)) this.#signTarget(target, same, key);
  }

  /** @param isRenewal whether the previous output has the same RRset */
  #addJob(target: Target, key: PreparedKey, isRenewal: boolean): void {
    const { store } = this.#content;
    const ownerOffset = store.names.offsets[target.owner]!;
    const expiration = expirationOf(target, store.names, isRenewal, this.#request);
    const header = store.rdata.length;
    writeRrsigHeader(
      {
        typeCovered: target.type,
        algorithm: key.algorithm,
        labels: rrsigLabels(store.names.wire.bytes, ownerOffset),
        originalTtl: target.ttl,
        expiration,
        inception: this.#request.inception,
        keyTag: key.keyTag,
        signerName: this.#content.origin,
      },
      store.rdata,
    );
    const signature = store.rdata.length;
    store.rdata.reserve(key.signatureLength);
    store.rdata.length += key.signatureLength;
    store.add(target.owner, Type.RRSIG, target.ttl, header);
    this.#noteExpiration(expiration);
    this.jobs.add({
      ownerOffset,
      type: target.type,
      start: target.start,
      end: target.end,
      header,
      signature,
      key: key.index,
    });
  }

  #noteExpiration(expiration: number): void {
    if (expiration < this.firstExpiration) this.firstExpiration = expiration;
  }
}
