import path from 'node:path';
import type { Environment } from '../../src/commands/environment.ts';
import { rotate } from '../../src/commands/rotate.ts';
import type { RotateOptions } from '../../src/commands/rotation-options.ts';
import { sign } from '../../src/commands/sign.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { singleThreadPool } from '../../src/dnssec/work-pool.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { openInclude } from '../../src/io/include-files.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { PLAIN_KEYS_ONLY } from './key-access.ts';

/** Rotates and signs the zone `example.` of a directory, whose files are `zone`, `zone.signed` and those of `keys`. */
export async function cronLine(
  directory: string,
  world: Pick<Environment, 'now' | 'files' | 'locks'> & Partial<Pick<Environment, 'warn'>>,
  request: Partial<RotateOptions> = {},
): Promise<void> {
  const environment: Environment = {
    warn: () => undefined,
    ...world,
    simulated: false,
    crypto: nodeCrypto,
    keyAccess: PLAIN_KEYS_ONLY,
    pool: singleThreadPool(nodeCrypto),
    openInclude,
    readStdin: () => Promise.resolve(new Uint8Array()),
  };
  const zone = nameFromText('example.');
  const policy = DEFAULT_POLICY;
  const { signatures } = policy;
  const keyDirectory = path.join(directory, 'keys');
  const zoneFile = path.join(directory, 'zone');
  const signedZone = path.join(directory, 'zone.signed');
  const common = { zone, keyDirectory, policy, zoneFile, signedZone };
  await rotate({ ...common, ...request }, environment);
  await sign(
    {
      ...common,
      ...signatures,
      output: signedZone,
      keyLayout: policy.keys,
      denial: { kind: 'nsec' },
      serial: policy.serial,
      cds: policy.cds,
      dnskeyTtl: policy.dnskeyTtl,
      isServedFile: true,
    },
    environment,
  );
}
