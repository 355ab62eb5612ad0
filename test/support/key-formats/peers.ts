import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { freePort, isListening } from '../loopback.ts';
import { isRsa, MNEMONICS } from './path.ts';
import { SEARCH_PATH, ZONE, type KeyFormatWorld } from './world.ts';

export function knotOption(role: 'ksk' | 'zsk'): readonly string[] {
  return role === 'ksk' ? ['ksk=yes', 'zsk=no'] : ['ksk=no', 'zsk=yes'];
}

/** Runs keymgr with a KASP database and a PEM keystore in the folder `knot`. */
export async function knot(world: KeyFormatWorld, program: string, ...args: string[]): Promise<string> {
  const folder = world.path('knot');
  world.write(
    'knot/knot.conf',
    [
      `database:\n  storage: ${folder}`,
      `keystore:\n  - id: pem\n    backend: pem\n    config: ${folder}/keys/keys`,
      'policy:\n  - id: manual\n    keystore: pem\n    manual: on',
      `zone:\n  - domain: ${ZONE}\n    storage: ${folder}\n    file: zone\n    dnssec-signing: on\n    dnssec-policy: manual`,
      '',
    ].join('\n'),
  );
  return world.peer(program, ['-c', `${folder}/knot.conf`, ...args]);
}

/** Makes a key with Knot; its DNSKEY record. */
export async function generateWithKnot(
  algorithm: number,
  world: KeyFormatWorld,
  role = knotOption('ksk'),
): Promise<string> {
  const size = isRsa(algorithm) ? ['size=2048'] : [];
  const id = await knot(
    world,
    'keymgr',
    ZONE,
    'generate',
    `algorithm=${MNEMONICS[algorithm]!}`,
    ...size,
    ...role,
  );
  return knot(world, 'keymgr', ZONE, 'dnskey', id.trim());
}

/** Runs pdnsutil with a database of its own. */
export async function powerDns(world: KeyFormatWorld, ...args: string[]): Promise<string> {
  return world.peer('pdnsutil', [`--config-dir=${world.path('pdns')}`, ...args]);
}

export async function preparePowerDns(world: KeyFormatWorld): Promise<void> {
  const folder = world.path('pdns');
  world.write('pdns/named.conf', `zone "${ZONE}" { type native; file "${world.writeZone()}"; };\n`);
  world.write(
    'pdns/pdns.conf',
    `launch=bind\nbind-config=${folder}/named.conf\nbind-dnssec-db=${folder}/dnssec.db\n`,
  );
  await powerDns(world, 'create-bind-db', `${folder}/dnssec.db`);
}

/** Makes a key with PowerDNS; its number there. */
export async function generateWithPowerDns(algorithm: number, world: KeyFormatWorld): Promise<string> {
  await preparePowerDns(world);
  const bits = isRsa(algorithm) ? ['2048'] : [];
  const name = MNEMONICS[algorithm]!.toLowerCase().replace(/sha(256|384)$/, isRsa(algorithm) ? 'sha$1' : '');
  const names: Readonly<Record<string, string>> = { ecdsap256: 'ecdsa256', ecdsap384: 'ecdsa384' };
  const output = await powerDns(
    world,
    'add-zone-key',
    ZONE,
    'ksk',
    ...bits,
    'active',
    'published',
    names[name] ?? name,
  );
  return output.trim();
}

/** Makes a SoftHSM token. */
export async function prepareToken(world: KeyFormatWorld): Promise<void> {
  world.write('tokens/.keep', '');
  world.write(
    'softhsm2.conf',
    `directories.tokendir = ${world.path('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  await world.peer('softhsm2-util', [
    '--init-token',
    '--free',
    '--label',
    'keys',
    '--pin',
    '1234',
    '--so-pin',
    '1234',
  ]);
}

/** The one for which Debian has modules. */
export const PYTHON = '/usr/bin/python3';

const JWS_PROGRAM = `import json, sys
from jwcrypto import jwk, jws
key = jwk.JWK.from_json(open(sys.argv[1]).read())
made = jws.JWS(b'what they sign')
made.add_signature(key, None, json.dumps({'alg': 'EdDSA'}))
print(made.serialize(compact=True))
`;

/** Has JWCrypto make a JWS with the key in a JWK: what it signed, and the signature. */
export async function signWithJwcrypto(
  world: KeyFormatWorld,
  file: string,
): Promise<{ readonly data: Uint8Array; readonly signature: Uint8Array }> {
  const compact = await world.peer(PYTHON, ['-c', JWS_PROGRAM, file]);
  const [header, payload, signature] = compact.trim().split('.');
  return {
    data: new TextEncoder().encode(`${header!}.${payload!}`),
    signature: Buffer.from(signature!, 'base64url'),
  };
}

/** Has JWCrypto make a key. Its JWK. */
export async function generateWithJwcrypto(world: KeyFormatWorld, curve: string): Promise<string> {
  const program = `from jwcrypto import jwk; print(jwk.JWK.generate(kty='OKP', crv='${curve}').export())`;
  return world.peer(PYTHON, ['-c', program]);
}

/** Runs pdns_server on loopback for as long as it takes to get the zone from it, which it signs for that. */
export async function transferFromPowerDns(world: KeyFormatWorld): Promise<string> {
  await powerDns(world, 'rectify-zone', ZONE);
  const port = await freePort();
  const settings = [
    `--config-dir=${world.path('pdns')}`,
    `--socket-dir=${world.path('pdns')}`,
    '--local-address=127.0.0.1',
    `--local-port=${port}`,
    '--allow-axfr-ips=127.0.0.1',
    '--guardian=no',
    '--daemon=no',
    '--setuid=',
    '--setgid=',
  ];
  const server = spawn('pdns_server', settings, { stdio: 'ignore', env: { PATH: SEARCH_PATH } });
  await once(server, 'spawn');
  try {
    const until = Date.now() + 20_000;
    while (!(await isListening(port))) {
      if (Date.now() > until || server.exitCode !== null) throw new Error('pdns_server does not listen');
      await setTimeout(50);
    }
    const options = ['+onesoa', '+noall', '+answer'];
    return await world.peer('dig', ['@127.0.0.1', '-p', String(port), ...options, ZONE, 'AXFR']);
  } finally {
    server.kill('SIGKILL');
  }
}
