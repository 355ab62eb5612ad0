import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { noteSecretWord } from './leaks/record.ts';
import { runPeer } from './peers.ts';

/** What the suites with an HSM need. */
export const HSM_PEERS = ['softhsm2-util', 'pkcs11-tool'] as const;

const LIBRARIES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'];

export const SOFTHSM_LIBRARY = LIBRARIES.find((file) => existsSync(file)) ?? LIBRARIES[0]!;

/** A SoftHSM with one token in a directory of its own. */
export class SoftHsm {
  readonly directory: string;
  readonly label = 'zw-test';
  /** Unlike anything else in the tests, so that it can be searched for in whatever comes out. */
  readonly pin = '918273645546372819';
  readonly configuration: string;
  readonly pinFile: string;

  constructor(directory: string) {
    noteSecretWord(this.pin);
    this.directory = directory;
    this.configuration = path.join(directory, 'softhsm2.conf');
    this.pinFile = path.join(directory, 'pin');
  }

  get tokenDirectory(): string {
    return path.join(this.directory, 'tokens');
  }

  /** Makes the token. */
  async start(): Promise<void> {
    mkdirSync(this.tokenDirectory);
    writeFileSync(
      this.configuration,
      `directories.tokendir = ${this.tokenDirectory}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    );
    writeFileSync(this.pinFile, `${this.pin}\n`, { mode: 0o600 });
    this.useInProcess();
    const { label, pin } = this;
    const args = ['--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', pin];
    await this.#succeed('softhsm2-util', args);
  }

  /** Lets SoftHSM find its token from within this process: a library reads the true environment, of which a test has a copy. */
  useInProcess(): void {
    const { env } = vm.runInThisContext('process') as NodeJS.Process;
    env['SOFTHSM2_CONF'] = this.configuration;
    process.env['SOFTHSM2_CONF'] = this.configuration;
  }

  /** The URI of a key, or of the token. */
  uri(attributes = ''): string {
    const object = attributes === '' ? '' : `;${attributes}`;
    return `pkcs11:token=${this.label}${object}?pin-source=file:${this.pinFile}&module-path=${SOFTHSM_LIBRARY}`;
  }

  /** Runs pkcs11-tool with the user logged in. Returns what it prints. */
  async tool(...args: readonly string[]): Promise<string> {
    const login = ['--module', SOFTHSM_LIBRARY, '--token-label', this.label, '--login', '--pin', this.pin];
    return this.#succeed('pkcs11-tool', [...login, ...args]);
  }

  async #succeed(name: string, args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await runPeer(name, args);
    if (status !== 0) throw new Error(`${name}: exit status ${status}\n${stdout}${stderr}`);
    return stdout;
  }
}
