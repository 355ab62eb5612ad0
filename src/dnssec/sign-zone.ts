import { sameOctets } from '../dns/octets.ts';
import { allocateUint32 } from '../dns/byte-buffer.ts';
import { LOWER_CASE, nameToText } from '../dns/name.ts';
import { internalError, inputError, type ZonewrightError } from '../errors.ts';
import { Type, typeName } from '../rr/registry.ts';
import { extendZone } from '../zone/extend-zone.ts';
import type { NameTable } from '../zone/name-table.ts';
import type { OwnerTexts } from '../zone/print-zone.ts';
import { PrintedZone } from '../zone/printed-zone.ts';
import type { RecordStore } from '../zone/record-store.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import { algorithmLabel, usableAlgorithm } from './algorithms.ts';
import { isApexSignature } from './apex-signatures.ts';
import { isChainComplete } from './check-chain.ts';
import type { Crypto, PrivateKeyMaterial, Verifier } from './crypto.ts';
import { denialChain, type Denial, type DenialChain } from './denial.ts';
import { isValidZoneKey, readDnskey } from './dnskey.ts';
import { keyTag } from './key-tag.ts';
import { PreviousSignatures } from './previous-signatures.ts';
import { PrintedSignatures } from './printed-signatures.ts';
import type { ReusableSignatures, Target } from './reusable-signatures.ts';
import { signatureLength } from './public-key.ts';
import { rrsetOfRow, rrsigLabels, RrsigOffset, SignedData, u32At, writeRrsigHeader } from './rrsig.ts';
import { nextSerial, type SerialPolicy } from './serial-policy.ts';
import { recordColumns, SigningJobs, type SigningTask } from './signing-jobs.ts';
import { readSoa, setSoaSerial } from './soa.ts';
import { runTask, singleThreadPool, type RunningTask, type WorkPool } from './work-pool.ts';
import { verifiedSignatures, type TaggedKey } from './verified-signatures.ts';
import { writeZonemd, zoneDigest, ZONEMD_SIMPLE } from './zonemd.ts';

/** A key that signs in this publication, whether its DNSKEY is published or not. */
export interface SigningKey {
  /** RDATA of its DNSKEY, with the flags under which it signs. */
  readonly dnskeyRdata: Uint8Array;
  readonly privateKey: PrivateKeyMaterial | PremadeSignatures | LostPrivateKey;
  /** Whether it signs the DNSKEY, CDS and CDNSKEY RRsets. */
  readonly signsKeys: boolean;
  /** Whether it signs all others. */
  readonly signsZone: boolean;
}

/** In place of a key that is elsewhere: the RDATA of the RRSIGs that it made ahead, by the type that they cover. */
export interface PremadeSignatures {
  readonly kind: 'premade';
  readonly rrsigs: ReadonlyMap<number, Uint8Array>;
}

/** In place of a key that nobody has any more: what it signed in the previous output stays as it is, as long as it lasts. */
export interface LostPrivateKey {
  readonly kind: 'lost';
}

export interface SignRequest {
  readonly keys: readonly SigningKey[];
  /** Whether the zone is published without DNSSEC, for want of keys on purpose. */
  readonly isUnsigned?: boolean;
  readonly denial: Denial;
  /** Times in epoch seconds. */
  readonly now: number;
  readonly inception: number;
  readonly expiration: number;
  /** Expiration of the signatures over DNSKEY, CDS and CDNSKEY. */
  readonly dnskeyExpiration: number;
  /** By how many seconds at the most an expiration may come earlier, depending on owner and type. */
  readonly jitter: number;
  /** The same for signatures that take the place of the previous output's, so that they do not come due together again; by default as `jitter`. */
  readonly spread?: number;
  readonly serialPolicy: SerialPolicy;
  /** Serials, beside that of the previous output, that the new one must exceed. */
  readonly publishedSerials?: readonly number[];
  readonly zonemd?: 1 | 2 | undefined;
  /** Whether signatures follow from keys, data and times alone, without anything random. */
  readonly deterministic?: boolean | undefined;
  /** The output of an earlier run: its signatures are used again where they still serve. */
  readonly previous?: {
    /** As text only where it is trusted. */
    readonly zone: Zone | PrintedZone;
    /** Whether its signatures are known to be good; else each is verified before it is used. */
    readonly trusted: boolean;
    /** Seconds: a signature with less than this left is made anew. */
    readonly refresh: number;
  };
}

/** What signing asks of the machine. */
export interface SignTools {
  readonly crypto: Crypto;
  readonly pool: WorkPool;
  /** What may be done while other threads begin to sign; where it fails, nothing is signed. */
  readonly meanwhile?: (() => void) | undefined;
  /** Is told now and then how many signatures are made. */
  readonly report?: ((done: number, total: number) => void) | undefined;
}

export interface SignedZone {
  readonly zone: Zone;
  /** Text of owners that did not change, where the previous output was given as text. */
  readonly known?: OwnerTexts | undefined;
  /** Whether the previous output stands as it is; `zone` is that output then. */
  readonly unchanged: boolean;
  readonly serial: number;
  readonly denialRecords: number;
  readonly signaturesMade: number;
  readonly signaturesKept: number;
  /** When the first signature expires, in epoch seconds. */
  readonly firstExpiration: number;
}

/**
 * Signs a zone (RFC 4035 section 2, RFC 5155 section 7).
 *
 * @param content the zone's whole content with DNSKEY, CDS, NSEC3PARAM and, where asked for, a ZONEMD record whose digest has the right length,
 *   but without NSEC, NSEC3 and RRSIG. Its store gets the new records.
 * @throws ZonewrightError `sign/role-missing` where an algorithm has no key for a role; `sign/self-check` where a key's signature is not
 *   good under its public part.
 */
export async function signZone(content: Zone, request: SignRequest, tools: SignTools): Promise<SignedZone> {
  if (request.isUnsigned !== true) requireRoles(request.keys, content);
  const keys = request.keys.map((key, index) => prepareKey(key, index, tools.crypto));
  const previous =
    request.previous && (await reusableSignatures(request.previous, content, request.now, keys, tools.pool));
  return new ZoneSigning(content, request, keys, previous, tools).run();
}

interface PreparedKey extends SigningKey, TaggedKey {
  readonly index: number;
  readonly signatureLength: number;
  readonly verifier: Verifier;
}

async function reusableSignatures(
  { zone, trusted, refresh }: NonNullable<SignRequest['previous']>,
  content: Zone,
  now: number,
  keys: readonly PreparedKey[],
  pool: WorkPool,
): Promise<ReusableSignatures> {
  if (zone instanceof PrintedZone) return new PrintedSignatures(zone, content, now, refresh);
  const isGood = trusted ? undefined : await verifiedSignatures(zone, keys, pool);
  return new PreviousSignatures(zone, content, now, refresh, isGood);
}

class ZoneSigning {
  readonly #content: Zone;
  readonly #request: SignRequest;
  readonly #tools: SignTools;
  readonly #keys: readonly PreparedKey[];
  readonly #previous: ReusableSignatures | undefined;
  readonly #firstAdded: number;
  readonly #denial: DenialChain;
  /** The content's records by position, and behind them those of the denial chain. */
  readonly #records: Uint32Array;
  readonly #jobs: SigningJobs;
  #sameRrsets = 0;
  #rrsets = 0;
  #kept = 0;
  /** Signatures made ahead that the previous output does not have. */
  #premade = 0;
  #firstExpiration = Infinity;

  constructor(
    content: Zone,
    request: SignRequest,
    keys: readonly PreparedKey[],
    previous: ReusableSignatures | undefined,
    tools: SignTools,
  ) {
    this.#content = content;
    this.#request = request;
    this.#tools = tools;
    this.#keys = keys;
    this.#previous = previous;
    this.#firstAdded = content.store.count;
    this.#denial =
      request.isUnsigned === true ? NO_DENIAL : denialChain(content, request.denial, tools.crypto);
    this.#records = withRoom(content.records, this.#denial.count);
    const capacity = (content.rrsetCount + this.#denial.count) * this.#keys.length;
    this.#jobs = new SigningJobs(capacity, this.#records, content.zoneClass);
  }

  async run(): Promise<SignedZone> {
    const content = this.#content;
    const soaTarget = this.#target(content.apexRrset(Type.SOA));
    const soaRecord = this.#records[soaTarget.start]!;
    const inputSerial = readSoa(content.store.rdataOf(soaRecord)).serial;
    const previousSerial = this.#previous?.serial;
    // An unchanged zone has the SOA of the previous output: compare with that serial first.
    if (previousSerial !== undefined) setSoaSerial(content.store.rdataOf(soaRecord), previousSerial);

    this.#makeRoom();
    // The first signatures are made while the rest of the zone is still worked out.
    const task = this.#task('software');
    const signing = this.#tools.pool.begin(task, 0);
    try {
      this.#layOutContent();
      signing.extend(this.#jobs.count);
      this.#tools.meanwhile?.();
      this.#layOutDenial();
      if (this.#previous !== undefined && this.#isUnchanged(soaTarget, previousSerial!)) {
        return this.#unchanged(this.#previous.inFull().zone, previousSerial!);
      }
      const published = [previousSerial, ...(this.#request.publishedSerials ?? [])].filter(
        (serial) => serial !== undefined,
      );
      const serial =
        this.#isFrozen && previousSerial !== undefined
          ? previousSerial
          : nextSerial(this.#request.serialPolicy, inputSerial, published, this.#request.now);
      setSoaSerial(content.store.rdataOf(soaRecord), serial);
      this.#addJobs(soaTarget);
      requireUnmoved(task, content.store);
      return await this.#signed(serial, signing);
    } finally {
      signing.abandon();
    }
  }

  /** The signed zone, with what is left to be signed. */
  async #signed(serial: number, signing: RunningTask): Promise<SignedZone> {
    const content = this.#content;
    const { pool, report } = this.#tools;
    const ordinaryJobs = this.#jobs.count;
    signing.extend(ordinaryJobs);
    const zonemd = content.apexRrset(Type.ZONEMD);
    if (zonemd >= 0) {
      if (this.#isFrozen) this.#keepZonemd(zonemd);
      this.#addJobs(this.#target(zonemd));
    }
    const allJobs = this.#jobs.count;
    const zone = extendZone(content, this.#firstAdded);
    if (this.#denial.count > 0 && !isChainComplete(zone, this.#request.denial.kind)) {
      throw internalError('sign/chain-incomplete', 'the denial chain that was made is not complete');
    }
    // What stays in an HSM signs on this thread, and first, since it is the one that may fail.
    await this.#signWithTokens(0, ordinaryJobs);
    await signing.finish((done) => report?.(done, allJobs));
    if (zonemd >= 0 && !this.#isFrozen) {
      this.#fillZonemd(zone, serial);
      await this.#signWithTokens(ordinaryJobs, allJobs);
      await runTask(pool, this.#task('software'), ordinaryJobs, allJobs);
    }
    this.#selfCheck();
    return {
      zone,
      known: this.#previous instanceof PrintedSignatures ? this.#previous.ownerTexts(zone) : undefined,
      unchanged: false,
      serial,
      denialRecords: this.#denial.count,
      signaturesMade: allJobs + this.#premade,
      signaturesKept: this.#kept,
      firstExpiration: this.#firstExpiration,
    };
  }

  /** Signing with the keys of one kind; rows of other keys are passed over. */
  #task(kind: PrivateKeyMaterial['kind']): SigningTask {
    const keys = this.#keys.map(({ privateKey }) => privateKey);
    return {
      kind: 'sign',
      rows: this.#jobs.rows,
      columns: recordColumns(this.#content.store),
      keys: keys.map((key) =>
        key.kind !== 'premade' && key.kind !== 'lost' && key.kind === kind ? key : undefined,
      ),
      deterministic: this.#request.deterministic === true,
    };
  }

  async #signWithTokens(first: number, last: number): Promise<void> {
    if (!this.#keys.some(({ privateKey }) => privateKey.kind === 'token')) return;
    await runTask(singleThreadPool(this.#tools.crypto), this.#task('token'), first, last);
  }

  /** Makes room for all that is going to be added: nothing may move while threads sign. */
  #makeRoom(): void {
    const content = this.#content;
    let { records = 0, rdata = 0 } = this.#denial.room;
    const addSignatures = (type: number, count: number): void => {
      for (const key of this.#keys) {
        if (!signsType(key, type)) continue;
        records += count;
        rdata += count * (RrsigOffset.SignerName + content.origin.length + key.signatureLength);
      }
    };
    for (let rrset = 0; rrset < content.rrsetCount; rrset++)
      if (this.#isSigned(content.rrsetOwners[rrset]!, content.rrsetTypes[rrset]!))
        addSignatures(content.rrsetTypes[rrset]!, 1);
    addSignatures(Type.NSEC, this.#denial.count);
    content.store.reserve({ ...this.#denial.room, records, rdata });
  }

  #unchanged(zone: Zone, serial: number): SignedZone {
    const signatures = countSignatures(zone);
    return {
      zone,
      unchanged: true,
      serial,
      denialRecords: this.#denial.count,
      signaturesMade: 0,
      signaturesKept: signatures.records,
      firstExpiration: signatures.firstExpiration,
    };
  }

  #target(rrset: number): Target {
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

  #layOutContent(): void {
    const content = this.#content;
    const apex = content.rankOf(content.origin);
    for (let rrset = 0; rrset < content.rrsetCount; rrset++) {
      const rank = content.rrsetOwners[rrset]!;
      const type = content.rrsetTypes[rrset]!;
      if (rank === apex && (type === Type.SOA || type === Type.ZONEMD)) continue;
      this.#layOut(this.#target(rrset), this.#isSigned(rank, type));
    }
  }

  #isSigned(rank: number, type: number): boolean {
    const status = this.#content.ownerStatus[rank]!;
    return status === OwnerStatus.Authoritative || (status === OwnerStatus.Delegation && type === Type.DS);
  }

  #layOutDenial(): void {
    const { store, recordCount } = this.#content;
    const soaRrset = this.#content.apexRrset(Type.SOA);
    const soa = readSoa(this.#content.rdatasOf(soaRrset)[0]!);
    const added = this.#denial.add(Math.min(this.#content.rrsetTtls[soaRrset]!, soa.minimum));
    this.#records.set(added, recordCount);
    for (let start = recordCount; start < this.#records.length; start++) {
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
  }

  /** Takes over the signatures of an RRset that did not change, and plans those that are missing. */
  #layOut(target: Target, isSigned: boolean): void {
    this.#rrsets++;
    const same = this.#sameRrset(target);
    if (same >= 0) this.#sameRrsets++;
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
    if (key.privateKey.kind === 'lost') throw this.#unsignable(target, same, key);
    this.#addJob(target, key, same >= 0);
  }

  #unsignable({ owner, type }: Target, same: number, { keyTag: tag }: PreparedKey): ZonewrightError {
    const { names } = this.#content.store;
    const rrset = `${nameToText(names.wire.bytes, names.offsets[owner])} ${typeName(type)}`;
    const [why, change] =
      same < 0
        ? [
            'it is not what that key signed',
            ', which needs the zone as it was: take the change back until then',
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

  /** Whether the SOA cannot be signed anew, so that the serial stays. */
  get #isFrozen(): boolean {
    return this.#keys.some(({ privateKey, signsZone }) => signsZone && privateKey.kind === 'lost');
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
    if (same >= 0 && this.#previous?.hasSignature(same, rdata) === true) this.#kept++;
    else this.#premade++;
  }

  #sameRrset(target: Target): number {
    return this.#previous?.sameRrset(target, this.#records) ?? -1;
  }

  #keepSignature(target: Target, previousRrset: number, key: PreparedKey): boolean {
    const { store } = this.#content;
    const start = store.rdata.length;
    const refresh = key.privateKey.kind === 'lost' ? 0 : undefined;
    const expiration = this.#previous!.appendSignature(previousRrset, key, store.rdata, refresh);
    if (expiration < 0) return false;
    store.add(target.owner, Type.RRSIG, target.ttl, start);
    this.#noteExpiration(expiration);
    this.#kept++;
    return true;
  }

  #addJobs(target: Target): void {
    const same = this.#isFrozen ? this.#sameRrset(target) : -1;
    for (const key of this.#keys) if (signsType(key, target.type)) this.#signTarget(target, same, key);
  }

  /** @param isRenewal whether the previous output has the same RRset */
  #addJob(target: Target, key: PreparedKey, isRenewal: boolean): void {
    const { store } = this.#content;
    const ownerOffset = store.names.offsets[target.owner]!;
    const expiration = this.#expirationOf(target, isRenewal);
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
    this.#jobs.add({
      ownerOffset,
      type: target.type,
      start: target.start,
      end: target.end,
      header,
      signature,
      key: key.index,
    });
  }

  #expirationOf({ owner, type }: Target, isRenewal: boolean): number {
    if (isKeyType(type)) return this.#request.dnskeyExpiration;
    const { jitter, spread = jitter, expiration } = this.#request;
    const range = isRenewal ? spread : jitter;
    return range === 0
      ? expiration
      : expiration - (ownerHash(this.#content.store.names, owner, type) % range);
  }

  #noteExpiration(expiration: number): void {
    if (expiration < this.#firstExpiration) this.#firstExpiration = expiration;
  }

  /** Whether every RRset and every signature is the previous output's, and that has nothing else. */
  #isUnchanged(soa: Target, serial: number): boolean {
    if (this.#jobs.count > 0 || this.#premade > 0 || this.#sameRrsets < this.#rrsets) return false;
    const previous = this.#previous!.inFull();
    const same = previous.sameRrset(soa, this.#records);
    if (same < 0) return false;
    const late = [same];
    if (this.#request.zonemd !== undefined) {
      if (!this.#isFrozen && !this.#hasGoodZonemd(previous.zone, this.#request.zonemd, serial)) return false;
      late.push(previous.zone.apexRrset(Type.ZONEMD));
    }
    const zoneKeys = this.#keys.filter((key) => key.signsZone);
    const isSigned = (rrset: number, key: PreparedKey): boolean =>
      previous.signature(rrset, key, key.privateKey.kind === 'lost' ? 0 : undefined) >= 0;
    if (!late.every((rrset) => zoneKeys.every((key) => isSigned(rrset, key)))) return false;
    const signatures = countSignatures(previous.zone);
    return (
      previous.zone.rrsetCount - signatures.rrsets === this.#rrsets + late.length &&
      signatures.records === this.#kept + late.length * zoneKeys.length
    );
  }

  #hasGoodZonemd(zone: Zone, hashAlgorithm: 1 | 2, serial: number): boolean {
    const [rdata, ...others] = zone.rdatasOf(zone.apexRrset(Type.ZONEMD));
    if (rdata === undefined || others.length > 0) return false;
    const digest = zoneDigest(zone, hashAlgorithm, this.#tools.crypto);
    const expected = writeZonemd({ serial, scheme: ZONEMD_SIMPLE, hashAlgorithm, digest });
    return sameOctets(rdata, expected);
  }

  /** Nobody can sign another digest: the old one stays, though it is not that of the new DNSKEYs. */
  #keepZonemd(rrset: number): void {
    const [rdata] = this.#content.rdatasOf(rrset);
    const previous = this.#previous?.inFull().zone;
    const [old] = previous?.rdatasOf(previous.apexRrset(Type.ZONEMD)) ?? [];
    if (rdata?.length === old?.length) rdata?.set(old!);
  }

  #fillZonemd(zone: Zone, serial: number): void {
    const hashAlgorithm = this.#request.zonemd;
    const [rdata] = zone.rdatasOf(zone.apexRrset(Type.ZONEMD));
    if (hashAlgorithm === undefined || rdata === undefined)
      throw internalError('sign/zonemd', 'a ZONEMD nobody asked for');
    const digest = zoneDigest(zone, hashAlgorithm, this.#tools.crypto);
    rdata.set(writeZonemd({ serial, scheme: ZONEMD_SIMPLE, hashAlgorithm, digest }));
  }

  /** Verifies one signature of each key, at the apex where it made one there, with the public part. */
  #selfCheck(): void {
    const { rows } = this.#jobs;
    const columns = recordColumns(this.#content.store);
    const signedData = new SignedData();
    for (const key of this.#keys) {
      const row = this.#rowToCheck(key);
      if (row < 0) continue;
      const header = rows.headers[row]!;
      const signature = rows.signatures[row]!;
      const data = signedData.compose(columns, rrsetOfRow(rows, row), columns.rdataBytes, header, signature);
      if (
        !key.verifier.verify(data, columns.rdataBytes.subarray(signature, signature + key.signatureLength))
      ) {
        throw inputError(
          'sign/self-check',
          `the private part of key ${key.keyTag} (${algorithmLabel(key.algorithm)}) does not belong to its public part`,
          { hint: 'restore both files of the key from a backup, or make a new key with zonewright keygen' },
        );
      }
    }
  }

  #rowToCheck(key: PreparedKey): number {
    const { keys, types } = this.#jobs.rows;
    let found = -1;
    for (let row = 0; row < this.#jobs.count; row++) {
      if (keys[row] !== key.index) continue;
      if (types[row] === Type.SOA || types[row] === Type.DNSKEY) return row;
      found = row;
    }
    return found;
  }
}

/** A number that follows from an owner name, whatever its letter case, and a type. */
function ownerHash(names: NameTable, owner: number, type: number): number {
  let hash = 0x811c9dc5 ^ type;
  for (let i = names.offsets[owner]!, end = names.end(owner); i < end; i++) {
    hash = Math.imul(hash ^ LOWER_CASE[names.wire.bytes[i]!]!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The denial chain of a zone without DNSSEC. */
const NO_DENIAL: DenialChain = { count: 0, room: {}, add: () => new Uint32Array() };

interface SignatureCount {
  readonly rrsets: number;
  readonly records: number;
  /** In epoch seconds. */
  readonly firstExpiration: number;
}

function countSignatures(zone: Zone): SignatureCount {
  let rrsets = 0;
  let records = 0;
  let firstExpiration = Infinity;
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
    if (zone.rrsetTypes[rrset] !== Type.RRSIG) continue;
    rrsets++;
    for (let i = zone.rrsetRecords[rrset]!, end = zone.rrsetRecords[rrset + 1]!; i < end; i++) {
      records++;
      const at = zone.store.rdataOffsets[zone.records[i]!]!;
      firstExpiration = Math.min(firstExpiration, u32At(zone.store.rdata.bytes, at + RrsigOffset.Expiration));
    }
  }
  return { rrsets, records, firstExpiration };
}

function isKeyType(type: number): boolean {
  return type === Type.DNSKEY || type === Type.CDS || type === Type.CDNSKEY;
}

function signsType(key: SigningKey, type: number): boolean {
  return isKeyType(type) ? key.signsKeys : key.signsZone;
}

function prepareKey(key: SigningKey, index: number, crypto: Crypto): PreparedKey {
  const { algorithm, publicKey } = readDnskey(key.dnskeyRdata);
  const definition = usableAlgorithm(algorithm);
  const verifier = crypto.importPublicKey(algorithm, publicKey);
  if (definition === undefined || verifier === undefined) {
    throw inputError('sign/algorithm', `keys of ${algorithmLabel(algorithm)} cannot sign here`);
  }
  return {
    ...key,
    index,
    algorithm,
    publicKey,
    keyTag: keyTag(key.dnskeyRdata),
    signatureLength: signatureLength(definition, publicKey),
    verifier,
  };
}

/**
 * Every algorithm that signs needs keys for both halves of the work (RFC 4035 section 2.2), unless it signs ahead of its DNSKEYs or after them,
 * in an algorithm rollover. Revoked keys are good for neither.
 */
function requireRoles(keys: readonly SigningKey[], zone: Zone): void {
  const dnskeys = zone.rdatasOf(zone.apexRrset(Type.DNSKEY));
  const published = new Set(dnskeys.map((rdata) => readDnskey(rdata).algorithm));
  const valid = keys
    .map((key) => ({ ...key, ...readDnskey(key.dnskeyRdata) }))
    .filter((key) => isValidZoneKey(key));
  const algorithms = new Set(valid.map(({ algorithm }) => algorithm));
  if (algorithms.size === 0) throw inputError('sign/no-key', 'no key signs the zone');
  for (const algorithm of algorithms) {
    if (published.size > 0 && !published.has(algorithm)) continue;
    const ofAlgorithm = valid.filter((key) => key.algorithm === algorithm);
    const missing = !ofAlgorithm.some((key) => key.signsKeys)
      ? 'ksk'
      : !ofAlgorithm.some((key) => key.signsZone)
        ? 'zsk'
        : undefined;
    if (missing === undefined) continue;
    const label = algorithmLabel(algorithm);
    throw inputError(
      'sign/role-missing',
      `no active ${missing.toUpperCase()} of ${label}: ${missing === 'ksk' ? 'the DNSKEY RRset' : 'the zone data'} would stay unsigned`,
      {
        hint: `restore or activate the one that you have; a zone that never had one gets it with: zonewright keygen ${nameToText(zone.origin)} --role ${missing} --algorithm ${label}`,
      },
    );
  }
}

/** Signatures that other threads made into memory that was left since would be lost. */
function requireUnmoved({ columns }: SigningTask, store: RecordStore): void {
  const now = recordColumns(store);
  if (
    now.rdataBytes !== columns.rdataBytes ||
    now.nameBytes !== columns.nameBytes ||
    now.rdataOffsets !== columns.rdataOffsets
  )
    throw internalError('sign/room', 'there was too little room for denial and signatures');
}

/** The list in shared memory, with room for more behind it. */
function withRoom(list: Uint32Array, more: number): Uint32Array {
  const larger = allocateUint32(list.length + more);
  larger.set(list);
  return larger;
}
