import { randomInt, randomUUID } from 'node:crypto';
import type { RecordType } from 'dns-packet';
import { UdpQuestioner, type Reply } from '../udp-questioner.ts';

/** Milliseconds between two looks at how many questions are due. */
const BEAT = 20;
/** The most questions that are caught up on after a pause of this process. */
const BURST = 40;
/** Milliseconds that a resolver on a loaded machine may take. */
const TIMEOUT = 15_000;

const Rcode = { NoError: 0, ServFail: 2, NxDomain: 3 } as const;

interface Question {
  readonly kind: string;
  readonly name: (zone: string) => string;
  readonly type: RecordType;
  readonly rcode: number;
  /** Whether the answer section has something. */
  readonly answered: boolean;
}

const fresh = (): string => randomUUID().slice(0, 8);

/** What the resolvers are asked of every zone: see `zoneText`. */
const QUESTIONS: readonly Question[] = [
  { kind: 'positive', name: (zone) => `www.${zone}`, type: 'A', rcode: Rcode.NoError, answered: true },
  { kind: 'positive', name: (zone) => zone, type: 'SOA', rcode: Rcode.NoError, answered: true },
  { kind: 'positive', name: (zone) => zone, type: 'DNSKEY', rcode: Rcode.NoError, answered: true },
  { kind: 'NODATA', name: (zone) => `www.${zone}`, type: 'AAAA', rcode: Rcode.NoError, answered: false },
  { kind: 'NODATA', name: (zone) => zone, type: 'TXT', rcode: Rcode.NoError, answered: false },
  {
    kind: 'NXDOMAIN',
    name: (zone) => `${fresh()}.${zone}`,
    type: 'A',
    rcode: Rcode.NxDomain,
    answered: false,
  },
  {
    kind: 'wildcard',
    name: (zone) => `${fresh()}.wild.${zone}`,
    type: 'A',
    rcode: Rcode.NoError,
    answered: true,
  },
  {
    kind: 'wildcard NODATA',
    name: (zone) => `${fresh()}.wild.${zone}`,
    type: 'AAAA',
    rcode: Rcode.NoError,
    answered: false,
  },
];

/** What the questions about a zone came to. */
export interface Tally {
  secure: number;
  insecure: number;
  servfail: number;
  /** Answers with another response code, or another content, than the zone has. */
  wrong: number;
  unanswered: number;
}

export const emptyTally = (): Tally => ({ secure: 0, insecure: 0, servfail: 0, wrong: 0, unanswered: 0 });

export interface Resolver {
  readonly name: string;
  readonly port: number;
}

/** Questions about many zones to several resolvers, without pause. */
export class Traffic {
  /** Epoch milliseconds. */
  readonly began = Date.now();
  /** What went wrong, with its time. */
  readonly failures: string[] = [];
  readonly answersByKind = new Map<string, number>();
  readonly #tallies = new Map<string, Tally>();
  readonly #resolvers: readonly { readonly name: string; readonly questioner: UdpQuestioner }[];
  readonly #rate: number;
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();
  #asked = 0;
  #due = 0;
  #lastBeat = this.began;

  /** @param rate questions a second */
  static async start(
    zones: readonly string[],
    resolvers: readonly Resolver[],
    rate: number,
  ): Promise<Traffic> {
    const questioners = await Promise.all(
      resolvers.map(async ({ name, port }) => ({
        name,
        questioner: await new UdpQuestioner(TIMEOUT).connect(port),
      })),
    );
    return new Traffic(zones, questioners, rate);
  }

  private constructor(
    zones: readonly string[],
    resolvers: readonly { readonly name: string; readonly questioner: UdpQuestioner }[],
    rate: number,
  ) {
    this.#resolvers = resolvers;
    this.#rate = rate;
    for (const zone of zones) this.#tallies.set(zone, emptyTally());
    this.#timer = setInterval(() => this.#beat(zones), BEAT);
  }

  /** A copy of what the questions about a zone have come to. */
  tally(zone: string): Tally {
    return { ...this.#tallies.get(zone)! };
  }

  /** What came of all questions. */
  total(): Tally {
    const sum = emptyTally();
    for (const tally of this.#tallies.values())
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
    return sum;
  }

  /** Seconds since the first question. */
  get elapsed(): number {
    return (Date.now() - this.began) / 1000;
  }

  /** Asks no more, and waits for the answers that are due. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    for (const { questioner } of this.#resolvers) questioner.close();
  }

  #beat(zones: readonly string[]): void {
    const now = Date.now();
    this.#due = Math.min(this.#due + ((now - this.#lastBeat) / 1000) * this.#rate, BURST);
    this.#lastBeat = now;
    for (; this.#due >= 1; this.#due--) {
      // Each zone in its turn; what is asked of whom is drawn.
      const asking = this.#ask(zones[this.#asked++ % zones.length]!);
      this.#pending.add(asking);
      void asking.finally(() => this.#pending.delete(asking));
    }
  }

  async #ask(zone: string): Promise<void> {
    const question = QUESTIONS[randomInt(QUESTIONS.length)]!;
    const { name: resolver, questioner } = this.#resolvers[randomInt(this.#resolvers.length)]!;
    const name = question.name(zone);
    const reply = await questioner.ask(name, question.type);
    const verdict = judge(question, reply);
    this.#tallies.get(zone)![verdict]++;
    if (verdict === 'unanswered') return;
    this.answersByKind.set(question.kind, (this.answersByKind.get(question.kind) ?? 0) + 1);
    if (verdict === 'servfail' || verdict === 'wrong')
      this.failures.push(
        `${this.elapsed.toFixed(1)} s: ${resolver}: ${name} ${question.type} (${question.kind}): ` +
          `rcode ${reply!.rcode}, ${reply!.answers?.length ?? 0} answers, extended errors [${reply!.extendedErrors.join()}]`,
      );
  }
}

function judge(question: Question, reply: Reply | undefined): keyof Tally {
  if (reply === undefined) return 'unanswered';
  if (reply.rcode === Rcode.ServFail) return 'servfail';
  // An unsigned zone has no DNSKEY, and a signed one may be unsigned to a cache still.
  const matches =
    reply.rcode === question.rcode &&
    (question.type === 'DNSKEY' || (reply.answers ?? []).length > 0 === question.answered);
  if (!matches) return 'wrong';
  return reply.isSecure ? 'secure' : 'insecure';
}

/** A zone that has an answer of every kind. */
export function zoneText(zone: string, ttl: number): string {
  return [
    `$ORIGIN ${zone}.`,
    `$TTL ${ttl}`,
    `@ SOA ns hostmaster 1 7200 3600 1209600 ${ttl}`,
    '@ NS ns',
    'ns A 127.0.0.1',
    'www A 192.0.2.1',
    '*.wild A 192.0.2.2',
    '',
  ].join('\n');
}
