import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readDnskey, type Dnskey } from '../../../src/dnssec/dnskey.ts';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { ecdsaSignatureFromDer } from '../../../src/io/crypto/ecdsa-signature.ts';
import { readBindPublicKey } from '../../../src/keys/bind-public-key.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { runProcess } from '../run-process.ts';

export const ZONE = 'example.com';
const CLOCK = Math.floor(Date.now() / 1000);

/** Servers and their tools live in the sbin folders, which an ordinary user's PATH may leave out. */
export const SEARCH_PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

const ZONE_TEXT = `$ORIGIN ${ZONE}.
$TTL 300
@ IN SOA ns hostmaster 1 3600 600 86400 300
@ IN NS ns
ns IN A 192.0.2.1
www IN AAAA 2001:db8::1
`;

/** A directory in which keys go from one program to another. */
export class KeyFormatWorld {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), 'zonewright-keys-'));

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  path(name: string): string {
    return path.join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The only file in a folder whose name ends like this. */
  only(folder: string, suffix: string): string {
    const names = readdirSync(this.path(folder)).filter((name) => name.endsWith(suffix));
    if (names.length !== 1) throw new Error(`${names.length} files end in ${suffix} in ${folder}`);
    return path.join(this.path(folder), names[0]!);
  }

  /** Runs a peer, which must succeed; its standard output. */
  async peer(name: string, args: readonly string[], stdin = '', folder = '.'): Promise<string> {
    mkdirSync(this.path(folder), { recursive: true });
    const env = { SOFTHSM2_CONF: this.path('softhsm2.conf'), PATH: SEARCH_PATH };
    const result = await runProcess(name, args, { cwd: this.path(folder), stdin, env, isPeer: true });
    if (result.status === 0) return result.stdout;
    throw new Error(
      `${name} ${args.join(' ')} exits with ${result.status}: ${result.stderr}${result.stdout}`,
    );
  }

  /** Runs zonewright, which must succeed; its standard output. */
  async zonewright(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await runInProcess([...args, '-K', this.path('keys')], {
      clock: CLOCK,
    });
    if (status === 0) return stdout;
    throw new Error(`zonewright ${args.join(' ')} exits with ${status}: ${stderr}`);
  }

  /** Makes a KSK and a ZSK; the paths of their files without suffix. */
  async makePair(algorithm: number): Promise<readonly [ksk: string, zsk: string]> {
    const bases = await this.zonewright('keygen', ZONE, '-a', String(algorithm), '-L', '300');
    const [ksk, zsk] = bases.trim().split('\n');
    return [this.path(`keys/${ksk!}`), this.path(`keys/${zsk!}`)];
  }

  /** The one key in our key directory. */
  imported(): Dnskey {
    const file = this.only('keys', '.key');
    return readDnskey(readBindPublicKey(readFileSync(file), file).rdata);
  }

  writeZone(): string {
    return this.write('zone', ZONE_TEXT);
  }

  /** Signs a zone with what was imported, alone, and has a peer verify it. */
  async signAndVerify(verifier: 'dnssec-verify' | 'ldns-verify-zone'): Promise<void> {
    const zone = this.writeZone();
    const key = this.only('keys', '.key').replace(/\.key$/, '');
    await this.zonewright('sign', zone, '-k', key);
    if (verifier === 'dnssec-verify') await this.peer(verifier, ['-z', '-o', ZONE, 'zone.signed']);
    else await this.peer(verifier, ['zone.signed']);
  }
}

/** Whether a peer's signature over data is one of this key, in DER or as DNSSEC has it. */
export function isSignature(
  { algorithm, publicKey }: Dnskey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const isDer = (algorithm === 13 || algorithm === 14) && signature.length !== (algorithm === 13 ? 64 : 96);
  const plain = isDer ? ecdsaSignatureFromDer(signature, algorithm === 13 ? 64 : 96) : signature;
  return nodeCrypto.importPublicKey(algorithm, publicKey)!.verify(data, plain);
}

/** @throws where a peer's DNSKEY record has another public key */
export function expectSameKey({ publicKey }: Dnskey, record: string): void {
  const base64 = Buffer.from(publicKey).toString('base64');
  if (!record.replaceAll(/[\s()]/g, '').includes(base64)) throw new Error(`not the key of: ${record}`);
}

export function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(`${what} failed`);
}
