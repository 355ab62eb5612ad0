import { setTimeout as sleep } from 'node:timers/promises';
import { nsdServer, type NsdServer } from '../nsd-server.ts';
import { unboundServer, type UnboundServer } from '../unbound-server.ts';
import { LiveParent, PARENT } from './live-parent.ts';
import { LiveZone, type LiveZonePlan } from './live-zone.ts';
import { Traffic, zoneText } from './traffic.ts';

/** Questions a second. */
const RATE = 60;

export interface RealWorldOptions {
  /** See `LiveZoneOptions`. */
  readonly racingClock: boolean;
}

interface Running {
  stop(): Promise<void>;
}

interface Parts {
  readonly parent: LiveParent;
  readonly servers: readonly NsdServer[];
  readonly warm: UnboundServer;
  readonly flushed: UnboundServer;
  readonly traffic: Traffic;
}

/** A parent and its children on nsd, and two resolvers that are asked of all of them without pause. */
export class RealWorld {
  readonly zones: readonly LiveZone[];
  readonly traffic: Traffic;
  readonly #parent: LiveParent;
  readonly #servers: readonly NsdServer[];
  /** Keeps what it has. */
  readonly #warm: UnboundServer;
  /** Forgets a zone now and then. */
  readonly #flushed: UnboundServer;
  readonly #log: string[] = [];
  readonly #flushing: Promise<void>;
  #ended = false;

  static async start(plans: readonly LiveZonePlan[], options: RealWorldOptions): Promise<RealWorld> {
    const started: Running[] = [];
    try {
      return await RealWorld.#startAll(plans, options, started);
    } catch (error) {
      await Promise.all(started.map((server) => server.stop()));
      throw error;
    }
  }

  static async #startAll(
    plans: readonly LiveZonePlan[],
    options: RealWorldOptions,
    started: Running[],
  ): Promise<RealWorld> {
    const keep = <Server extends Running>(server: Server): Server => {
      started.push(server);
      return server;
    };
    const parent = keep(await LiveParent.start(new Map(plans.map(({ name, ttls }) => [name, ttls.ds]))));
    const unsigned = Object.fromEntries(plans.map(({ name, ttls }) => [name, zoneText(name, ttls.zone)]));
    const servers = [keep(await nsdServer(unsigned)), keep(await nsdServer(unsigned))];
    const ports = servers.map(({ port }) => port);
    const zones = new Map([
      // Nothing leaves this machine.
      ['.', [parent.port]],
      [PARENT, [parent.port]],
      ...plans.map(({ name }) => [name, ports] as const),
    ]);
    const trustAnchor = parent.trustAnchor();
    const warm = keep(await unboundServer({ trustAnchor, zones }));
    const flushed = keep(await unboundServer({ trustAnchor, zones }));
    const traffic = await Traffic.start(
      plans.map(({ name }) => name),
      [
        { name: 'warm', port: warm.port },
        { name: 'flushed', port: flushed.port },
      ],
      RATE,
    );
    return new RealWorld(plans, options, { parent, servers, warm, flushed, traffic });
  }

  private constructor(
    plans: readonly LiveZonePlan[],
    { racingClock }: RealWorldOptions,
    { parent, servers, warm, flushed, traffic }: Parts,
  ) {
    this.#parent = parent;
    this.#servers = servers;
    this.#warm = warm;
    this.#flushed = flushed;
    this.traffic = traffic;
    const log = (line: string): void => {
      this.#log.push(`${traffic.elapsed.toFixed(1)} s: ${line}`);
    };
    this.zones = plans.map((plan) => new LiveZone(plan, { parent, servers, racingClock, log }));
    this.#flushing = this.#flushAtRandom(plans.map(({ name }) => name));
    this.#flushing.catch(() => undefined);
  }

  /** Works on all zones at the same time. Where that fails for one, the error tells what happened to all. */
  async eachZone(work: (zone: LiveZone, index: number) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(this.zones.map(work));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw new Error(`${String(failure.reason)}\n${this.report()}`);
  }

  /** The RDATA of the DS records that the parent has. */
  ds(zone: LiveZone): readonly string[] {
    return this.#parent.ds(zone.name);
  }

  setDs(zone: LiveZone, rdata: readonly string[]): Promise<void> {
    return this.#parent.setDs(zone.name, rdata);
  }

  /** Lets no resolver take a zone for insecure any longer: unbound holds on to that for a minute, whatever the TTL. */
  async forgetInsecurity({ name }: LiveZone): Promise<void> {
    await Promise.all([this.#warm.flush(name), this.#flushed.flush(name)]);
  }

  /** What happened, and what the resolvers say of it. */
  report(): string {
    return [
      ...this.#log,
      ...this.traffic.failures.slice(0, 40),
      ...[this.#warm, this.#flushed].flatMap((resolver) => resolver.failures().slice(0, 40)),
    ].join('\n');
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.traffic.stop();
    const servers = [this.#parent, ...this.#servers, this.#warm, this.#flushed];
    try {
      await this.#flushing;
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }

  async #flushAtRandom(zones: readonly string[]): Promise<void> {
    const places = [...zones, PARENT];
    while (!this.#ended) {
      await sleep(200 + Math.random() * 800);
      await this.#flushed.flush(places[Math.floor(Math.random() * places.length)]!);
    }
  }
}
