import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { peer, runPeer } from './peers.ts';
import { SOFTHSM_LIBRARY } from './soft-hsm.ts';

/** What a suite with OpenDNSSEC needs. */
export const OPENDNSSEC_PEERS = ['ods-enforcerd', 'ods-enforcer', 'softhsm2-util', 'sqlite3'] as const;

const SCHEMA = '/usr/share/opendnssec/schema.sqlite';
const TOKEN = 'OpenDNSSEC';
const PIN = '192837465564738291';
const ZONE = 'example.com';

/** A key of the enforcer. */
interface OdsKey {
  readonly role: string;
  readonly state: string;
  /** When it moves on, or what it waits for. */
  readonly next: string;
  /** The CKA_ID, in hexadecimal. */
  readonly locator: string;
}

/** In the middle of a task the enforcer does not accept what it has just said that it waits for: it is to be asked again. */
class Busy extends Error {}

/**
 * The enforcer of OpenDNSSEC with the keys of one zone in a SoftHSM, in a directory of its own. Its clock is its own as well, and leaps.
 * The signer is not run: it knows no other places for its files than those of the system.
 */
export class OpenDnssec {
  readonly directory: string;
  /** What programs need to find the HSM. */
  readonly variables: Readonly<Record<string, string>>;
  #enforcer: ChildProcess | undefined;

  /** @param directory an empty directory */
  constructor(directory: string) {
    this.directory = directory;
    this.variables = {
      SOFTHSM2_CONF: path.join(directory, 'softhsm2.conf'),
      ZONEWRIGHT_PKCS11_MODULE: SOFTHSM_LIBRARY,
      ZONEWRIGHT_PKCS11_PIN: PIN,
    };
  }

  get socket(): string {
    return path.join(this.directory, 'enforcer.sock');
  }

  /** The process of the enforcer. */
  get pid(): number {
    return this.#enforcer!.pid!;
  }

  /** Makes token, policy and zone, and lets time go by until both keys are active. */
  async start(): Promise<void> {
    for (const name of ['tokens', 'enforcer']) mkdirSync(path.join(this.directory, name));
    for (const [name, text] of Object.entries(configuration(this.directory)))
      writeFileSync(path.join(this.directory, name), text);
    const token = ['--init-token', '--free', '--label', TOKEN, '--so-pin', '12345678', '--pin', PIN];
    await this.#succeed('softhsm2-util', token);
    const database = `${readFileSync(SCHEMA, 'utf8')}\nINSERT INTO databaseVersion VALUES (NULL, 1, 1);\n`;
    await this.#succeed('sqlite3', [path.join(this.directory, 'kasp.db')], database);
    this.#enforcer = spawn(
      peer('ods-enforcerd')!,
      ['-c', path.join(this.directory, 'conf.xml'), '-d', '--set-time', '2026-01-01-00:00:00'],
      { cwd: this.directory, env: { ...process.env, ...this.variables }, stdio: 'ignore' },
    );
    await this.#until('the enforcer has a socket', () => Promise.resolve(existsSync(this.socket)));
    await this.enforce('policy', 'import');
    const files = ['--signerconf', '--input', '--output'].flatMap((option) => [
      option,
      path.join(this.directory, option.slice(2)),
    ]);
    await this.enforce('zone', 'add', '--zone', ZONE, '--policy', 'default', ...files);
    await this.#until('its keys are active', async () => {
      const keys = await this.keys();
      // It waits for `ds-submit`, and then for `ds-seen`.
      for (const { locator, next } of keys) {
        const event = /^waiting for (ds-\w+)$/.exec(next)?.[1];
        if (event !== undefined) await this.#tell(event, locator);
      }
      if (keys.length === 2 && keys.every(({ state }) => state === 'active')) return true;
      await this.enforce('time', 'leap');
      return false;
    });
  }

  async keys(): Promise<OdsKey[]> {
    const list = await this.enforce('key', 'list', '--verbose', '--parsable', '--zone', ZONE);
    return list
      .split('\n')
      .map((line) => line.split(';'))
      .filter((fields) => fields.length > 6)
      .map(([, role = '', state = '', next = '', , , locator = '']) => ({ role, state, next, locator }));
  }

  /** Runs a command of the enforcer. Returns what it prints. */
  enforce(...command: readonly string[]): Promise<string> {
    return this.#succeed('ods-enforcer', ['-s', this.socket, ...command]);
  }

  async stop(): Promise<void> {
    // The PIN is in it, as OpenDNSSEC wants it.
    rmSync(path.join(this.directory, 'conf.xml'), { force: true });
    const enforcer = this.#enforcer;
    if (enforcer === undefined || enforcer.exitCode !== null || enforcer.signalCode !== null) return;
    const ended = new Promise((resolve) => enforcer.once('exit', resolve));
    // It takes its time over other signals.
    enforcer.kill('SIGKILL');
    await ended;
  }

  /** Tells the enforcer what became of a key's DS. */
  async #tell(event: string, locator: string): Promise<void> {
    try {
      await this.enforce('key', event, '--zone', ZONE, '--cka_id', locator);
    } catch (error) {
      throw String(error).includes('0 KSK matches found') ? new Busy(String(error)) : error;
    }
  }

  async #succeed(name: string, args: readonly string[], stdin = ''): Promise<string> {
    const { status, stdout, stderr } = await runPeer(name, args, {
      env: { ...process.env, ...this.variables },
      stdin,
    });
    if (status !== 0) throw new Error(`${name} ${args.join(' ')}: exit status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    let refusal = '';
    for (let attempt = 0; attempt < 150; attempt++) {
      try {
        if (await holds()) return;
      } catch (error) {
        if (!(error instanceof Busy)) throw error;
        refusal = `\n${error.message}`;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`OpenDNSSEC: it did not come to pass that ${what}${refusal}`);
  }
}

/** The files of a configuration, by their names. */
function configuration(directory: string): Readonly<Record<string, string>> {
  const xml = (text: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
  const at = (name: string): string => path.join(directory, name);
  const key = (role: string): string =>
    `<${role}><Algorithm length="2048">8</Algorithm><Lifetime>P5Y</Lifetime><Repository>SoftHSM</Repository></${role}>`;
  return {
    'softhsm2.conf': `directories.tokendir = ${at('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    'zonelist.xml': xml('<ZoneList/>'),
    'conf.xml': xml(`<Configuration>
<RepositoryList><Repository name="SoftHSM"><Module>${SOFTHSM_LIBRARY}</Module><TokenLabel>${TOKEN}</TokenLabel><PIN>${PIN}</PIN><SkipPublicKey/></Repository></RepositoryList>
<Common><Logging><Verbosity>3</Verbosity><Syslog><Facility>local0</Facility></Syslog></Logging><PolicyFile>${at('kasp.xml')}</PolicyFile><ZoneListFile>${at('zonelist.xml')}</ZoneListFile></Common>
<Enforcer><Datastore><SQLite>${at('kasp.db')}</SQLite></Datastore><PidFile>${at('enforcerd.pid')}</PidFile><SocketFile>${at('enforcer.sock')}</SocketFile><WorkingDirectory>${at('enforcer')}</WorkingDirectory></Enforcer>
<Signer/>
</Configuration>`),
    'kasp.xml': xml(`<KASP><Policy name="default"><Description>A policy</Description>
<Signatures><Resign>PT2H</Resign><Refresh>P3D</Refresh><Validity><Default>P14D</Default><Denial>P14D</Denial></Validity><Jitter>PT12H</Jitter><InceptionOffset>PT1H</InceptionOffset></Signatures>
<Denial><NSEC3><Resalt>P100D</Resalt><Hash><Algorithm>1</Algorithm><Iterations>0</Iterations><Salt length="0"/></Hash></NSEC3></Denial>
<Keys><TTL>PT1H</TTL><RetireSafety>PT1H</RetireSafety><PublishSafety>PT1H</PublishSafety><Purge>P14D</Purge>${key('KSK')}${key('ZSK')}</Keys>
<Zone><PropagationDelay>PT1H</PropagationDelay><SOA><TTL>PT1H</TTL><Minimum>PT1H</Minimum><Serial>unixtime</Serial></SOA></Zone>
<Parent><PropagationDelay>PT1H</PropagationDelay><DS><TTL>PT1H</TTL></DS><SOA><TTL>P2D</TTL><Minimum>PT3H</Minimum></SOA></Parent>
</Policy></KASP>`),
  };
}
