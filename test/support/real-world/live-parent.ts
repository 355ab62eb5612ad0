import { nsdServer, type NsdServer } from '../nsd-server.ts';
import { PeerSigner } from '../parent-zone.ts';
import { servedSerial } from './served-serial.ts';

/** The zone that delegates to all the others. */
export const PARENT = 'example';

/** The parent zone on a server, signed by BIND. Its delegations and their DS change while it is served. */
export class LiveParent {
  readonly #signer = new PeerSigner(PARENT);
  readonly #ds = new Map<string, { readonly ttl: number; readonly rdata: readonly string[] }>();
  #serial = 1;
  #server!: NsdServer;
  /** One change after the other. */
  #last: Promise<void> = Promise.resolve();

  /** @param delegations for each zone the TTL of its DS, which it has none of yet */
  static async start(delegations: ReadonlyMap<string, number>): Promise<LiveParent> {
    const parent = new LiveParent();
    for (const [zone, ttl] of delegations) parent.#ds.set(zone, { ttl, rdata: [] });
    await parent.#signer.makeKeys();
    parent.#server = await nsdServer({ [PARENT]: await parent.#signer.sign(parent.#text()) });
    return parent;
  }

  get port(): number {
    return this.#server.port;
  }

  trustAnchor(): string {
    return this.#signer.trustAnchor();
  }

  /** The RDATA of the DS records of a zone. */
  ds(zone: string): readonly string[] {
    return this.#ds.get(zone)!.rdata;
  }

  /** Serves these DS records of a zone; they are served when it returns. */
  setDs(zone: string, rdata: readonly string[]): Promise<void> {
    this.#ds.set(zone, { ...this.#ds.get(zone)!, rdata });
    const served = this.#last.then(async () => {
      const serial = ++this.#serial;
      await this.#server.reload(PARENT, await this.#signer.sign(this.#text()));
      await servedSerial(this.port, PARENT, serial);
    });
    this.#last = served.catch(() => undefined);
    return served;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #text(): string {
    return [
      `$ORIGIN ${PARENT}.`,
      '$TTL 2',
      `@ SOA ns hostmaster ${this.#serial} 7200 3600 1209600 2`,
      '@ NS ns',
      'ns A 127.0.0.1',
      ...Array.from(this.#ds, ([zone, { ttl, rdata }]) => [
        `${zone}. NS ns.${zone}.`,
        `ns.${zone}. A 127.0.0.1`,
        ...rdata.map((ds) => `${zone}. ${ttl} DS ${ds}`),
      ]).flat(),
      '',
    ].join('\n');
  }
}
