import { isRsa, MNEMONICS } from './path.ts';
import { ZONE, type KeyFormatWorld } from './world.ts';

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
