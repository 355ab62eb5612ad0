import { readFileSync } from 'node:fs';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import type { ManagedKey } from '../../src/rollover/state.ts';
import { rdataFromText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { DAY, HOUR, Operation, SIGNED } from '../cli/operation.ts';
import { digestOf, World, type Dnskey, type Rrsig, type ZoneFile } from '../rollover/resolver-model.ts';

const SHA256 = 2;
/** What SMALL_ZONE's SOA allows a secondary to be behind: refresh and retry. */
const LAG = 3 * HOUR;
const PARENT = { ttl: DAY, lag: HOUR };

/** An operator whose zone is served to the resolver model: every file that is written, and every DS set at the parent. */
export class ServedOperation extends Operation {
  readonly world = new World();
  readonly violations: string[] = [];
  #served = '';
  #ds = '';

  /** The program is run every so many seconds, and the operator does at once what he is asked for. */
  async nights(
    duration: number,
    every = DAY,
    run: () => Promise<unknown> = () => this.rotate('--sign'),
  ): Promise<void> {
    for (const end = this.now + duration; this.now < end;) {
      this.now = Math.min(this.now + every, end);
      await run();
      this.observe();
      await this.obey();
    }
  }

  /** Nights until no rollover is in progress. */
  async finish(): Promise<void> {
    for (let night = 0; this.state().rollovers.length > 0; night++) {
      if (night > 400) throw new Error('the rollover does not end');
      await this.nights(12 * HOUR, 12 * HOUR);
    }
  }

  /** Does at the parent what is asked for, and says so. */
  async obey(): Promise<void> {
    const { waits } = await this.rotateJson('--dry-run');
    const command = waits.find(({ actor }) => actor === 'operator')?.nextCommand;
    if (command === undefined || command === null) return;
    const { keys, wantedDs } = this.state();
    this.serveDs(keys.filter(({ base }) => wantedDs.includes(base)));
    await this.succeed(...command.split(' ').slice(1));
  }

  serveDs(keys: readonly ManagedKey[]): void {
    const ds = keys.map(({ algorithm, dnskey }) => ({
      algorithm,
      digestType: SHA256,
      digest: digestOf(dnskey, SHA256),
    }));
    if (JSON.stringify(ds) === this.#ds) return;
    this.#ds = JSON.stringify(ds);
    this.world.serveDs(this.now, ds, PARENT.ttl, PARENT.lag);
    this.#judge();
  }

  /** Serves the signed zone as it is now, and asks every resolver. */
  observe(): void {
    const text = readFileSync(SIGNED, 'utf8');
    if (text !== this.#served) this.world.loadZone(this.now, servedFile(text), LAG);
    this.#served = text;
    this.#judge();
  }

  #judge(): void {
    for (const { time, reason, ds, dnskey, data } of this.world.violations(this.now))
      this.violations.push(`${time}: ${reason} (${ds}; ${dnskey}; ${data})`);
    this.world.forget(this.now);
  }
}

/** What a resolver can learn from a signed master file. RRsets that are signed alike count once, with the earliest end. */
export function servedFile(text: string): ZoneFile {
  const records = text.split('\n').flatMap((line) => {
    const [owner, ttl, , type, rdata] = line.split('\t');
    return type === undefined || rdata === undefined ? [] : [{ owner, ttl: Number(ttl), type, rdata }];
  });
  const keys = records.filter(({ type }) => type === 'DNSKEY');
  const idOfTag = new Map(keys.map(({ rdata }) => [keyTag(rdataFromText(Type.DNSKEY, rdata)), rdata]));
  const signatures: Rrsig[] = [];
  const data = new Map<string, Map<string, number>>();
  const rrsets = new Map<string, Rrsig[]>();
  for (const { owner, type, rdata } of records) {
    if (type !== 'RRSIG') continue;
    const [covered, , , , expiration, , tag] = rdata.split(' ');
    const rrsig = { signer: idOfTag.get(Number(tag)) ?? `tag ${tag}`, expires: secondsOf(expiration!) };
    if (covered === 'DNSKEY') signatures.push(rrsig);
    else rrsets.set(`${owner} ${covered}`, [...(rrsets.get(`${owner} ${covered}`) ?? []), rrsig]);
  }
  for (const rrsigs of rrsets.values()) {
    const signers = rrsigs
      .map(({ signer }) => signer)
      .sort()
      .join('|');
    const ends = data.get(signers) ?? new Map<string, number>();
    for (const { signer, expires } of rrsigs)
      ends.set(signer, Math.min(expires, ends.get(signer) ?? Infinity));
    data.set(signers, ends);
  }
  const dnskey: Dnskey[] = keys.map(({ rdata }) => {
    const [flags, protocol, algorithm] = rdata.split(' ').map(Number);
    return { id: rdata, flags: flags!, protocol: protocol!, algorithm: algorithm! };
  });
  return {
    name: /\tSOA\t\S+ \S+ (\d+)/.exec(text)![1]!,
    dnskey: { keys: dnskey, signatures },
    data: [...data.values()].map((ends) => Array.from(ends, ([signer, expires]) => ({ signer, expires }))),
    // CDS and CDNSKEY are among the data: they are to be as good as those.
    requests: [],
    dnskeyTtl: keys[0]?.ttl ?? 0,
    dataTtl: Math.max(...records.map(({ ttl }) => ttl)),
    requestsTtl: 0,
  };
}

/** A time of an RRSIG record, `YYYYMMDDHHMMSS`, in epoch seconds. */
function secondsOf(time: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/
    .exec(time)!
    .map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000;
}
