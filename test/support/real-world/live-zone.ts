import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RotateDocument } from '../../cli/operation.ts';
import type { NsdServer } from '../nsd-server.ts';
import { runCli, temporaryDirectory } from '../workspace.ts';
import type { LiveParent } from './live-parent.ts';
import { servedSerial } from './served-serial.ts';
import { zoneText } from './traffic.ts';

const DAY = 86400;
const HOUR = 3600;

/** TTLs in seconds. */
export interface Ttls {
  readonly zone: number;
  readonly dnskey: number;
  readonly ds: number;
}

export interface LiveZonePlan {
  readonly name: string;
  readonly ttls: Ttls;
  /** Keys of the policy of the configuration, beside those that every zone here has. */
  readonly policy: Readonly<Record<string, unknown>>;
  /** How the program learns of what is served: it looks for itself, or is told. */
  readonly evidence: 'looks' | 'word';
}

export interface LiveZoneOptions {
  readonly parent: LiveParent;
  /** The last of them gets every version later than the first. */
  readonly servers: readonly NsdServer[];
  /**
   * Switches the proof off, by lying about the time: an hour passes from command to command. So everything is found safe at
   * once that is not in the least.
   */
  readonly racingClock: boolean;
  /** Is told what happens. */
  readonly log: (line: string) => void;
}

/** Rollovers begin when they are asked for, and last as long as caches need. */
const QUICK_POLICY = {
  kskLifetime: 'unlimited',
  zskLifetime: 'unlimited',
  rotationPeriod: '10s',
  publishedWhen: 'served',
  propagationDelay: '2s',
  parentPropagationDelay: '2s',
  publishSafety: '1s',
  retireSafety: '1s',
};

/** What the program says where a server broke off: nsd ends its connections when it reloads. */
const BROKEN_OFF = 4;
/** How often a run may fail for that, one time after the other. */
const MOST_FAILURES = 5;

/** Milliseconds that one run of the program may take on a loaded machine. */
const RUN_TIMEOUT = 120_000;
/** Rounds of a rollover, of which each is a run of the program. */
const MOST_ROUNDS = 100;

/** A zone that the real program rotates, and an operator who serves what it writes and does at the parent what it asks for. */
export class LiveZone {
  readonly name: string;
  readonly #plan: LiveZonePlan;
  readonly #options: LiveZoneOptions;
  readonly #directory = temporaryDirectory();
  #served = '';
  /** Epoch seconds. */
  #clock = Math.floor(Date.now() / 1000) - 20 * DAY;

  constructor(plan: LiveZonePlan, options: LiveZoneOptions) {
    this.name = plan.name;
    this.#plan = plan;
    this.#options = options;
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(path.join(this.#directory, 'zone'), zoneText(plan.name, plan.ttls.zone));
    this.configure(plan.policy);
  }

  /** Puts another policy in force. */
  configure(policy: LiveZonePlan['policy']): void {
    const { parent, servers } = this.#options;
    const { ttls } = this.#plan;
    const configuration = {
      policies: {
        default: {
          ...QUICK_POLICY,
          dnskeyTtl: `${ttls.dnskey}s`,
          parentDsTtl: `${ttls.ds}s`,
          ...policy,
        },
      },
      zones: {
        [this.name]: {
          file: 'zone',
          output: 'zone.signed',
          servers: servers.map(({ address }) => address),
          parent: { servers: [`127.0.0.1:${parent.port}`], trustAnchor: parent.trustAnchor() },
        },
      },
    };
    writeFileSync(path.join(this.#directory, '.zonewrightrc.json'), JSON.stringify(configuration));
  }

  /** Begins something, and carries it to its end. */
  async carryOut(...request: readonly string[]): Promise<RotateDocument> {
    let document = await this.#rotate(...request);
    for (let round = 0; document.waits.length > 0; round++) {
      if (round === MOST_ROUNDS) throw new Error(`${this.name}: no end; ${JSON.stringify(document.waits)}`);
      await this.#obey(document);
      await this.#waitFor(document);
      document = await this.#rotate(
        ...(this.#plan.evidence === 'looks' ? ['--check-servers', '--check-parent'] : []),
      );
    }
    return document;
  }

  /** The DS that should be at the parent now, as RDATA. */
  async wantedDs(...args: readonly string[]): Promise<string[]> {
    const text = await this.run('ds', this.name, ...args);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ').slice(3).join(' '));
  }

  /** Runs the program, which must succeed; as from cron, a run that the network spoilt is made up for by the next. Returns its standard output. */
  async run(...args: readonly string[]): Promise<string> {
    for (let failures = 0; ; failures++) {
      const now = this.#options.racingClock ? ['--now', new Date(this.#clock * 1000).toISOString()] : [];
      this.#clock += HOUR;
      const { status, stdout, stderr } = await runCli([...args, ...now], {
        cwd: this.#directory,
        timeout: RUN_TIMEOUT,
      });
      if (status === 0) return stdout;
      const what = `${args.join(' ')}: exit status ${status}: ${stderr}`;
      if (status !== BROKEN_OFF || failures === MOST_FAILURES) throw new Error(`${this.name}: ${what}`);
      this.#log(what);
    }
  }

  async #rotate(...args: readonly string[]): Promise<RotateDocument> {
    const document = JSON.parse(
      await this.run('rotate', this.name, '--sign', '--json', ...args),
    ) as RotateDocument;
    for (const { what } of document.done) this.#log(what);
    await this.#deploy();
    return document;
  }

  /** Serves what was signed last, and returns once every server has it. */
  async #deploy(): Promise<void> {
    const text = readFileSync(path.join(this.#directory, 'zone.signed'), 'utf8');
    if (text === this.#served) return;
    this.#served = text;
    const serial = Number(/\tSOA\t\S+ \S+ (\d+)/.exec(text)![1]);
    for (const [index, server] of this.#options.servers.entries()) {
      if (index > 0 && !this.#options.racingClock) await sleep(Math.random() * 1500);
      await server.reload(this.name, text);
      await servedSerial(server.port, this.name, serial);
    }
    this.#log(`serial ${serial} is served`);
  }

  /** Does what the operator is asked for, with the commands of a person. */
  async #obey({ waits }: RotateDocument): Promise<void> {
    for (const { actor, nextCommand } of waits) {
      if (actor !== 'operator' || nextCommand === null) continue;
      if (!nextCommand.includes('--served')) await this.#changeDs();
      if (this.#plan.evidence === 'word') await this.run(...nextCommand.split(' ').slice(1));
    }
  }

  /** A registrar's form takes one record at a time, in any order. */
  async #changeDs(): Promise<void> {
    const { parent } = this.#options;
    const [added, removed] = [await this.wantedDs('--add'), await this.wantedDs('--remove')];
    for (const rdata of shuffled(added)) await this.#setDs([...parent.ds(this.name), rdata]);
    for (const rdata of shuffled(removed))
      await this.#setDs(parent.ds(this.name).filter((other) => other !== rdata));
  }

  async #setDs(rdata: readonly string[]): Promise<void> {
    await this.#options.parent.setDs(this.name, rdata);
    this.#log(
      `the parent serves the DS of [${rdata.map((ds) => ds.split(' ').slice(0, 3).join('/')).join(', ')}]`,
    );
    if (!this.#options.racingClock) await sleep(500 + Math.random() * 1500);
  }

  /** Until the earliest time that the program names; where it names none, it is told soon what it waits for. */
  async #waitFor({ waits }: RotateDocument): Promise<void> {
    if (this.#options.racingClock) return;
    const times = waits.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
    await sleep(times.length === 0 ? 0 : Math.max(500, Math.min(...times) - Date.now()));
  }

  #log(what: string): void {
    this.#options.log(`${this.name}: ${what}`);
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
