// A model of parent, child, their secondaries and every resolver's cache, written from RFC 4035, 4509, 6840 and 7583. It shares no code with
// src/rollover on purpose: it is what the engine is measured by. Times and TTLs are seconds.

export interface Dnskey {
  /** Stands for the public key. */
  readonly id: string;
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
}

export interface Ds {
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: string;
}

export interface Rrsig {
  /** The `id` of the key that made it. */
  readonly signer: string;
  readonly expires: number;
}

/** A DNSKEY RRset as it is answered; none at all where the zone is unsigned. */
export interface DnskeyAnswer {
  readonly keys: readonly Dnskey[];
  readonly signatures: readonly Rrsig[];
}

/** Other RRsets of a version of the zone, each by its signatures. */
export type DataAnswer = readonly (readonly Rrsig[])[];

export interface ZoneFile {
  readonly name: string;
  readonly dnskey: DnskeyAnswer;
  readonly data: DataAnswer;
  /** CDS and CDNSKEY as one RRset, where it has them. */
  readonly requests: DataAnswer;
  readonly dnskeyTtl: number;
  readonly dataTtl: number;
  readonly requestsTtl: number;
}

export function digestOf(key: string, digestType: number): string {
  return `digest ${digestType} of ${key}`;
}

/** Every order in which validators may prefer SHA-1, SHA-256 and SHA-384: they may look at the DS of the digest they like best alone. */
const TASTES = [
  [1, 2, 4],
  [1, 4, 2],
  [2, 1, 4],
  [2, 4, 1],
  [4, 1, 2],
  [4, 2, 1],
];

/** Why some validator calls these three answers bogus at `now`; undefined where all call them secure, or insecure. */
export function bogusness(
  ds: readonly Ds[],
  { keys, signatures }: DnskeyAnswer,
  data: DataAnswer,
  now: number,
): string | undefined {
  if (ds.length === 0) return undefined;
  const canSign = new Map<string, Dnskey>();
  for (const key of keys) {
    const zoneKey = (key.flags & 0x0100) !== 0 && (key.flags & 0x0080) === 0 && key.protocol === 3;
    if (zoneKey) canSign.set(key.id, key);
  }
  const live = (rrsigs: readonly Rrsig[]): Dnskey[] =>
    rrsigs.flatMap(({ signer, expires }) => (expires > now ? (canSign.get(signer) ?? []) : []));

  const signalled = new Set([...ds, ...keys].map(({ algorithm }) => algorithm));
  const keySigners = live(signatures);
  for (const taste of TASTES) {
    for (const algorithm of new Set(ds.map((record) => record.algorithm))) {
      const candidates = ds.filter((record) => record.algorithm === algorithm);
      const favourite = taste.find((type) => candidates.some(({ digestType }) => digestType === type));
      const entered = candidates.some(
        ({ digestType, digest }) =>
          digestType === favourite &&
          keySigners.some((key) => key.algorithm === algorithm && digestOf(key.id, digestType) === digest),
      );
      if (!entered) return `no key of algorithm ${algorithm} is trusted through digest type ${favourite}`;
    }
  }
  for (const rrsigs of [signatures, ...data]) {
    const proven = new Set(live(rrsigs).map(({ algorithm }) => algorithm));
    for (const algorithm of signalled) {
      if (!proven.has(algorithm))
        return `${rrsigs === signatures ? 'DNSKEY RRset' : 'data'} without algorithm ${algorithm}`;
    }
  }
  return undefined;
}

/** A time during which the primary (or the parent's primary) served an answer. */
interface Stint<T> {
  readonly name: string;
  readonly value: T;
  /** Equal for answers that no resolver can tell apart. */
  readonly content: string;
  readonly ttl: number;
  /** How long after the end of the stint the slowest secondary goes on with it. */
  readonly lag: number;
  readonly from: number;
  to: number;
}

export interface Violation {
  readonly time: number;
  readonly reason: string;
  readonly ds: string;
  readonly dnskey: string;
  readonly data: string;
}

export class World {
  readonly #dnskeys: Stint<DnskeyAnswer>[] = [];
  readonly #data: Stint<DataAnswer>[] = [];
  readonly #requests: Stint<DataAnswer>[] = [];
  readonly #ds: Stint<readonly Ds[]>[] = [];
  readonly #judged = new Map<string, string | undefined>();

  /** The primary begins to serve this file; a slow secondary may serve it for `lag` seconds after it was replaced. */
  loadZone(time: number, file: ZoneFile, lag: number): void {
    for (const list of this.#zoneParts) end(list, time);
    this.loadUnnoticed(time, file, lag);
  }

  /**
   * The primary begins to serve this file under the serial of the one before: the secondaries go on with that until somebody makes them
   * fetch it.
   */
  loadUnnoticed(time: number, file: ZoneFile, lag: number): void {
    const { name, dnskey, data, requests, dnskeyTtl, dataTtl, requestsTtl } = file;
    this.#dnskeys.push(stint(time, { name, value: dnskey, ttl: dnskeyTtl, lag }));
    this.#data.push(stint(time, { name, value: data, ttl: dataTtl, lag }));
    this.#requests.push(stint(time, { name, value: requests, ttl: requestsTtl, lag }));
  }

  /** All servers have fetched the newest file. */
  transferred(time: number): void {
    for (const list of this.#zoneParts) end(list.slice(0, -1), time);
  }

  get #zoneParts(): readonly Stint<unknown>[][] {
    return [this.#dnskeys, this.#data, this.#requests];
  }

  /** The parent begins to serve this DS set. */
  serveDs(time: number, ds: readonly Ds[], ttl: number, lag: number): void {
    const name = ds
      .map(({ algorithm, digestType, digest }) => `${algorithm}/${digestType} ${digest}`)
      .join(' + ');
    serve(this.#ds, time, { name, value: ds, ttl, lag });
  }

  /** The DS set that the parent's primary serves. */
  get ds(): readonly Ds[] {
    return this.#ds.at(-1)?.value ?? [];
  }

  /** Every combination of answers that some resolver may hold at `time` and that some validator calls bogus. */
  violations(time: number): Violation[] {
    const found: Violation[] = [];
    const caches = { dnskeys: held(this.#dnskeys, time), data: held(this.#data, time) };
    for (const ds of this.#ds) {
      if (ds.value.length === 0 || ds.from > time) continue;
      for (const dnskey of caches.dnskeys) {
        for (const data of caches.data) {
          if (time >= lastHeld(ds) && !isTrustedWithout(ds, dnskey, data, time)) continue;
          const reason = this.#judge(ds, dnskey, data, time);
          if (reason !== undefined)
            found.push({ time, reason, ds: ds.name, dnskey: dnskey.name, data: data.name });
        }
      }
    }
    return found;
  }

  /** The same for CDS and CDNSKEY in the place of the data: who cannot validate them knows nothing of what the zone asks for. */
  requestViolations(time: number): Violation[] {
    const found: Violation[] = [];
    for (const ds of held(this.#ds, time)) {
      for (const dnskey of held(this.#dnskeys, time)) {
        for (const requests of held(this.#requests, time)) {
          if (requests.value.length === 0) continue;
          const reason = this.#judge(ds, dnskey, requests, time);
          if (reason !== undefined)
            found.push({ time, reason, ds: ds.name, dnskey: dnskey.name, data: requests.name });
        }
      }
    }
    return found;
  }

  /** The violations that the newest zone file has caused: with the file before it in its place the same combination would be fine. */
  violationsByNewestFile(time: number): Violation[] {
    const [oldKeys, newKeys] = [this.#dnskeys.at(-2), this.#dnskeys.at(-1)];
    const [oldData, newData] = [this.#data.at(-2), this.#data.at(-1)];
    if (oldKeys === undefined || newKeys === undefined || oldData === undefined || newData === undefined)
      return [];
    const found: Violation[] = [];
    for (const ds of held(this.#ds, time)) {
      const compare = (
        [keys, data]: readonly [Stint<DnskeyAnswer>, Stint<DataAnswer>],
        [keysBefore, dataBefore]: readonly [Stint<DnskeyAnswer>, Stint<DataAnswer>],
      ): void => {
        const reason = this.#judge(ds, keys, data, time);
        if (reason !== undefined && this.#judge(ds, keysBefore, dataBefore, time) === undefined)
          found.push({ time, reason, ds: ds.name, dnskey: keys.name, data: data.name });
      };
      compare([newKeys, newData], [oldKeys, oldData]);
      for (const data of held(this.#data, time)) compare([newKeys, data], [oldKeys, data]);
      for (const keys of held(this.#dnskeys, time)) compare([keys, newData], [keys, oldData]);
    }
    return found;
  }

  /** Forgets what no cache holds any more. */
  forget(time: number): void {
    const trust = Math.max(0, ...this.#dnskeys.map(({ ttl }) => ttl));
    for (const list of [...this.#zoneParts, this.#ds as Stint<unknown>[]]) {
      const kept = list.filter((stint, index) => index >= list.length - 2 || lastHeld(stint) + trust > time);
      list.splice(0, list.length, ...kept);
    }
  }

  #judge(
    ds: Stint<readonly Ds[]>,
    keys: Stint<DnskeyAnswer>,
    data: Stint<DataAnswer>,
    time: number,
  ): string | undefined {
    const expiring = [keys.value.signatures, ...data.value].some((rrsigs) =>
      rrsigs.some(({ expires }) => expires <= time),
    );
    if (expiring) return bogusness(ds.value, keys.value, data.value, time);
    const combination = `${ds.content}\n${keys.content}\n${data.content}`;
    if (!this.#judged.has(combination))
      this.#judged.set(combination, bogusness(ds.value, keys.value, data.value, time));
    return this.#judged.get(combination);
  }
}

type Answer<T> = Pick<Stint<T>, 'name' | 'value' | 'ttl' | 'lag'>;

function serve<T>(stints: Stint<T>[], time: number, answer: Answer<T>): void {
  end(stints, time);
  stints.push(stint(time, answer));
}

function stint<T>(from: number, answer: Answer<T>): Stint<T> {
  return { ...answer, content: JSON.stringify(answer.value), from, to: Infinity };
}

function end(stints: readonly Stint<unknown>[], time: number): void {
  for (const last of stints) if (last.to === Infinity) last.to = time;
}

/** The slowest secondary answers for the last time just before `to + lag`; what it answered then lives for a TTL. */
function lastHeld({ to, lag, ttl }: Stint<unknown>): number {
  return to + lag + ttl;
}

/**
 * Whether a validator may go on with a DNSKEY RRset that it validated by this DS just before the DS left its cache: for the TTL of the DNSKEY
 * RRset, as long as that takes, it wants signatures of an unsigned zone.
 */
function isTrustedWithout(
  ds: Stint<readonly Ds[]>,
  dnskey: Stint<DnskeyAnswer>,
  data: Stint<DataAnswer>,
  time: number,
): boolean {
  const isUnsigned = data.value.every((rrsigs) => rrsigs.length === 0);
  return isUnsigned && dnskey.value.signatures.length > 0 && time < lastHeld(ds) + dnskey.ttl;
}

/** Each different answer that may be in a cache at `time`, or be fetched into one. */
function held<T>(stints: readonly Stint<T>[], time: number): Stint<T>[] {
  const byContent = new Map<string, Stint<T>>();
  for (const stint of stints)
    if (stint.from <= time && time < lastHeld(stint)) byContent.set(stint.content, stint);
  return [...byContent.values()];
}
