import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { readStateDocument } from '../../src/rollover/state-document.ts';
import type { ManagedKey, RotationState } from '../../src/rollover/state.ts';
import type { Role } from '../../src/keys/roles.ts';
import { CLOCK, runInProcess, type InProcessOptions, type InProcessResult } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86400;

const ZONE_FILE = 'example.com.zone';
export const SIGNED = 'example.com.zone.signed';
export const STATE = 'keys/example.com.state.json';

export interface OperationOptions {
  /** Keys of the policy, as YAML in one line: `keys: csk, kskLifetime: unlimited`. */
  readonly policy?: string;
  readonly zone?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** What `rotate --json` prints for one zone. */
export interface RotateDocument {
  readonly schema: string;
  readonly changed: boolean;
  readonly done: readonly { readonly rollover: string; readonly what: string }[];
  readonly waits: readonly {
    readonly rollover: string;
    readonly what: string;
    readonly until: string | null;
    readonly actor: string;
    readonly nextCommand: string | null;
  }[];
  readonly needsSigning: boolean;
  readonly lostKeys: readonly unknown[];
  readonly plan?: readonly { readonly time: string; readonly rollover: string; readonly what: string }[];
  readonly [part: string]: unknown;
}

interface File {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Every file below the working directory. */
function contents(): File[] {
  return readdirSync('.', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .map((name) => ({ name, mode: statSync(name).mode, content: readFileSync(name) }));
}

const ordinaryLives = new Map<string, { readonly now: number; readonly files: readonly File[] }>();

/** The operator of example.com: a working directory with a configured zone, and a clock that he moves. */
export class Operation {
  readonly directory: string;
  /** Epoch seconds. */
  now = CLOCK;
  /** Replaces parts of what the process is given. */
  io: InProcessOptions['io'] = {};

  constructor({ policy = '', zone = SMALL_ZONE, files = {} }: OperationOptions = {}) {
    this.directory = workIn({ [ZONE_FILE]: zone, ...files });
    this.configure(policy);
  }

  /** One in its ordinary life: see `enable`. The way there is gone once for each policy, and copied from then on. */
  static async enabled(policy = '', start = CLOCK): Promise<Operation> {
    const operation = new Operation({ policy });
    operation.now = start;
    const known = ordinaryLives.get(`${policy} ${start}`);
    if (known === undefined) {
      await operation.enable();
      ordinaryLives.set(`${policy} ${start}`, { now: operation.now, files: contents() });
    } else {
      for (const { name, mode, content } of known.files) {
        mkdirSync(path.dirname(name), { recursive: true, mode: 0o700 });
        writeFileSync(name, content, { mode });
      }
      operation.now = known.now;
    }
    return operation;
  }

  /** @param zone further settings of the zone, as YAML in one line */
  configure(policy: string, zone?: string): void {
    writeFileSync(
      '.zonewrightrc.yaml',
      `policies: {default: {${policy}}}\nzones: {example.com: {file: ${ZONE_FILE}${zone === undefined ? '' : `, ${zone}`}}}\n`,
    );
  }

  /** Adds lines to the configuration. */
  append(lines: string): void {
    appendFileSync('.zonewrightrc.yaml', lines);
  }

  run(...args: readonly string[]): Promise<InProcessResult> {
    return runInProcess(args, { clock: this.now, ...(this.io === undefined ? {} : { io: this.io }) });
  }

  /** Runs a command that must succeed. Returns what it prints on standard output. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args);
    if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}\n${stderr}`);
    return stdout;
  }

  rotate(...args: readonly string[]): Promise<string> {
    return this.succeed('rotate', 'example.com', ...args);
  }

  async rotateJson(...args: readonly string[]): Promise<RotateDocument> {
    return JSON.parse(await this.rotate(...args, '--json')) as RotateDocument;
  }

  sign(...args: readonly string[]): Promise<string> {
    return this.succeed('sign', ZONE_FILE, ...args);
  }

  /** Makes a run of the cron line every so many seconds. */
  async pass(duration: number, every = DAY): Promise<void> {
    for (const end = this.now + duration; this.now < end;) {
      this.now = Math.min(this.now + every, end);
      await this.rotate('--sign');
    }
  }

  /** Enables DNSSEC, and has the DS at the parent, long ago: the zone is in its ordinary life. */
  async enable(): Promise<void> {
    await this.rotate('--sign');
    await this.pass(2 * DAY, 6 * HOUR);
    await this.addDs();
    await this.pass(2 * DAY, DAY);
    expect(this.state().rollovers).toEqual([]);
  }

  /** The operator puts at the parent what he is asked for. */
  async addDs(): Promise<void> {
    await this.#answer('--ds-published');
  }

  async withdrawDs(): Promise<void> {
    await this.#answer('--ds-withdrawn');
  }

  /** Does what the run says that the operator is to do. */
  async #answer(option: string): Promise<void> {
    const { waits } = await this.rotateJson();
    const command = waits.find(({ nextCommand }) => nextCommand?.includes(option) === true)?.nextCommand;
    if (command === undefined || command === null)
      throw new Error(`nobody asks for ${option}: ${JSON.stringify(waits)}`);
    await this.succeed(...command.split(' ').slice(1));
  }

  state(): RotationState {
    return readStateDocument(readFileSync(STATE, 'utf8'), STATE, nameFromText('example.com')).state;
  }

  /** The keys in use of a role. */
  keys(role: Role): ManagedKey[] {
    return this.state().keys.filter((key) => key.role === role && key.removed === undefined);
  }

  /** Every file below the working directory with its content and mode. */
  files(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const entry of readdirSync('.', { recursive: true, withFileTypes: true })) {
      const name = path.join(entry.parentPath, entry.name);
      found[name] = entry.isFile()
        ? `${statSync(name).mode.toString(8)} ${readFileSync(name, 'latin1')}`
        : 'directory';
    }
    return found;
  }

  signed(): string {
    return readFileSync(SIGNED, 'utf8');
  }

  /** Key tags in the zone's DNSKEY RRset that are found in the signatures of a type. */
  signers(type: string): number[] {
    const tags = this.signed()
      .split('\n')
      .map((line) => new RegExp(`\\tRRSIG\\t${type} \\d+ \\d+ \\d+ \\d+ \\d+ (\\d+) `).exec(line)?.[1]);
    return [...new Set(tags.flatMap((tag) => (tag === undefined ? [] : [Number(tag)])))].sort();
  }

  /** How often a type stands in the signed zone. */
  count(type: string): number {
    return this.signed()
      .split('\n')
      .filter((line) => line.split('\t')[3] === type).length;
  }

  /** Whether our own verifier finds the zone valid now, with the DS of these keys. */
  async expectValid(keys: readonly ManagedKey[] = []): Promise<void> {
    const ds = await Promise.all(keys.map(({ base }) => this.succeed('ds', `keys/${base}.key`)));
    const { status, stdout, stderr } = await runInProcess(
      ['verify', SIGNED, ...(ds.length === 0 ? [] : ['--ds', '-'])],
      { clock: this.now, stdin: ds.join('') },
    );
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
  }
}
