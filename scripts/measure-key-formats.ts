import { PBKDF2_ITERATIONS, encryptPrivateKey } from '../src/io/crypto/encrypted-pkcs8.ts';
import { nodeCrypto } from '../src/io/crypto/node-crypto.ts';
import { EXPORTS } from '../test/support/key-formats/exports.ts';
import { IMPORTS } from '../test/support/key-formats/imports.ts';
import { MNEMONICS, type KeyFormatPath } from '../test/support/key-formats/path.ts';
import { KeyFormatWorld } from '../test/support/key-formats/world.ts';
import { runProcess } from '../test/support/run-process.ts';
import type { KeysMeasurement, MeasuredCost, MeasuredPath } from './keys-document.ts';

const DATA = new Uint8Array(200);
/** Milliseconds that each speed is measured for. */
const SPAN = 2000;

/** The packages whose programs take part. */
const PACKAGES = [
  'bind9-utils',
  'ldnsutils',
  'knot',
  'pdns-server',
  'openssl',
  'softhsm2',
  'opensc',
  'jose',
  'python3-jwcrypto',
];

/** Goes every way with every algorithm. A way that breaks is in the result with what was said. */
export async function measureKeys(tell: (line: string) => void): Promise<KeysMeasurement> {
  const paths: MeasuredPath[] = [];
  for (const path of [...IMPORTS, ...EXPORTS]) {
    tell(`${path.direction} ${path.form}: ${path.peer}`);
    paths.push(await measurePath(path));
  }
  const { status, stdout } = await runProcess('dpkg-query', [
    '-W',
    '-f',
    '${Package} ${Version}\n',
    ...PACKAGES,
  ]);
  const versions = status === 0 ? stdout.trim().split('\n').sort() : [];
  return { versions, ...(await measureCosts()), paths };
}

/** What protection costs, in processor time, so that what else the machine does counts for nothing. */
export async function measureCosts(): Promise<Pick<KeysMeasurement, 'iterations' | 'encryption' | 'costs'>> {
  const costs = [await measureCost(13), await measureCost(14)];
  return { iterations: PBKDF2_ITERATIONS, encryption: await encryptionTime(), costs };
}

async function measurePath(path: KeyFormatPath): Promise<MeasuredPath> {
  const failures: Record<string, string> = {};
  for (const algorithm of path.algorithms) {
    const world = new KeyFormatWorld();
    try {
      await path.go(algorithm, world);
    } catch (error) {
      failures[MNEMONICS[algorithm]!] = String(error);
    } finally {
      world.remove();
    }
  }
  const { direction, form, peer, proof, algorithms } = path;
  return { direction, form, peer, proof, algorithms: [...algorithms], failures };
}

async function measureCost(algorithm: number): Promise<MeasuredCost> {
  const { privateKey } = await nodeCrypto.generate(algorithm, undefined);
  const speed = async (deterministic: boolean): Promise<number> => {
    const signer = await nodeCrypto.importPrivateKey(privateKey, { deterministic });
    signer.sign(DATA);
    const start = processorTime();
    let count = 0;
    while (processorTime() - start < SPAN) {
      DATA[0] = count++;
      signer.sign(DATA);
    }
    return Math.round((count / SPAN) * 1000);
  };
  return { algorithm: MNEMONICS[algorithm]!, random: await speed(false), deterministic: await speed(true) };
}

/** Milliseconds that it takes to encrypt a key, of which the derivation is nearly all; decrypting takes as long. */
async function encryptionTime(): Promise<number> {
  const { privateKey } = await nodeCrypto.generate(13, undefined);
  const start = processorTime();
  for (let i = 0; i < 5; i++) await encryptPrivateKey(privateKey.jwk, 'barley sesame');
  return Math.round((processorTime() - start) / 5);
}

/** Milliseconds that this process has computed. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
