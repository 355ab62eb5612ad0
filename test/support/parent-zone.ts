import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runPeer } from './peers.ts';
import { temporaryDirectory } from './workspace.ts';

/** The zone `com.` that delegates `example.com.`, and an insecure `other.com.`. */
export function parentZone(ds: readonly string[], ttl = 300): string {
  return [
    '$ORIGIN com.',
    '$TTL 600',
    '@ SOA ns hostmaster 1 7200 3600 1209600 120',
    '@ NS ns',
    'ns A 127.0.0.1',
    'example NS ns1.example',
    'ns1.example A 127.0.0.1',
    ...ds.map((rdata) => `example ${ttl} DS ${rdata}`),
    'other NS ns1.example',
    '',
  ].join('\n');
}

export interface SigningOptions {
  /** Arguments of dnssec-signzone, such as those for NSEC3. */
  readonly args?: readonly string[];
}

/** Signs versions of one zone with BIND and the same keys. */
export class PeerSigner {
  readonly #directory = temporaryDirectory();
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Makes a KSK and a ZSK. */
  async makeKeys(): Promise<void> {
    for (const flags of [['-f', 'KSK'], []])
      await this.#run('dnssec-keygen', ['-a', 'ECDSAP256SHA256', ...flags, this.#zone]);
  }

  async sign(text: string, { args = [] }: SigningOptions = {}): Promise<string> {
    const [input, output] = ['zone', 'zone.signed'].map((name) => path.join(this.#directory, name)) as [
      string,
      string,
    ];
    writeFileSync(input, text);
    const times = ['-s', '20260101000000', '-e', '20351231000000'];
    await this.#run('dnssec-signzone', ['-S', '-o', this.#zone, '-f', output, ...times, ...args, input]);
    return readFileSync(output, 'utf8');
  }

  /** A file with the DNSKEY of the KSK. */
  trustAnchor(): string {
    const texts = readdirSync(this.#directory)
      .filter((name) => name.endsWith('.key'))
      .map((name) => path.join(this.#directory, name));
    return texts.find((file) => readFileSync(file, 'utf8').includes('DNSKEY 257'))!;
  }

  /** The RDATA of the KSK's DS. */
  async ds(): Promise<string> {
    const { stdout } = await runPeer('dnssec-dsfromkey', ['-2', this.trustAnchor()]);
    return stdout.trim().split(' ').slice(3).join(' ');
  }

  /** The same DNSKEY as that of another zone. */
  trustAnchorOf(zone: string): string {
    const file = path.join(this.#directory, `anchor-${zone}`);
    writeFileSync(file, readFileSync(this.trustAnchor(), 'utf8').replace(/^\S+( .*DNSKEY)/m, `${zone}.$1`));
    return file;
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { status, stderr } = await runPeer(program, args, { cwd: this.#directory });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
  }
}
