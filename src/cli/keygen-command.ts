import { Command, Option } from './commander.ts';
import { keygen, makeSuccessor, settime, type KeygenResult } from '../commands/keygen.ts';
import { sourcesOfPolicy, sourcesOfUri } from '../commands/new-key-pair.ts';
import { settingsOfZone } from '../commands/configuration.ts';
import { printTime, parseDuration, parseTimeOrNone } from '../dns/time.ts';
import { nameToText } from '../dns/name.ts';
import { usageError } from '../errors.ts';
import { toBase64 } from '../dns/encoding.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { ROLES, type Role } from '../keys/roles.ts';
import type { Key } from '../keys/key.ts';
import { KEY_TIME_LABELS, type KeyTimingChange } from '../keys/timing.ts';
import { rolesOf } from '../rollover/due.ts';
import { ExitStatus } from './exit-status.ts';
import { ofOption, ttlValue, wholeNumber } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import type { Session } from './session.ts';

interface KeygenFlags {
  readonly role?: string;
  /** BIND's spelling of the role. */
  readonly f?: string;
  readonly algorithm?: string;
  readonly bits?: string;
  readonly ttl?: string;
  readonly spare?: true;
  readonly settime?: string;
  readonly successor?: string;
  readonly interval?: string;
  readonly publish?: string;
  readonly activate?: string;
  readonly revoke?: string;
  readonly inactive?: string;
  readonly delete?: string;
  readonly pkcs11?: string;
}

/** The subcommand `keygen`: its options, help and rendering. */
export function keygenCommand(execute: Execute): Command {
  return new Command('keygen')
    .description('Makes the keys of a zone, and sets the times of keys.')
    .argument('[ZONE]', "the zone's name; not for --settime and --successor")
    .option('--role <ROLE>', 'one key: ksk, zsk or csk (default: what the policy asks for)')
    .addOption(new Option('-f <ROLE>', 'the same, as dnssec-keygen has it').hideHelp())
    .option(
      '-a, --algorithm <ALGORITHM>',
      'mnemonic or number (default: that of the policy, ECDSAP256SHA256)',
    )
    .option('-b, --bits <N>', 'size of an RSA key, 2048 to 4096 (default: 2048)')
    .option('-L, --ttl <TTL>', 'the TTL of the DNSKEY record')
    .option('-P, --publish <TIME>', 'when the key enters the zone')
    .option('-A, --activate <TIME>', 'when it begins to sign')
    .option('-R, --revoke <TIME>', 'when its REVOKE bit is set')
    .option('-I, --inactive <TIME>', 'when it ceases to sign')
    .option('-D, --delete <TIME>', 'when it leaves the zone')
    .option('-G, --spare', 'set no times: a key that nothing uses yet')
    .option('--pkcs11 <URI>', 'make the key in an HSM, or use the one there that the URI names (RFC 7512)')
    .option('--settime <KEYFILE>', 'set times or TTL of this key, in place of making one')
    .option('-S, --successor <KEYFILE>', 'make the key that follows this one')
    .option('-i, --interval <DURATION>', 'how long the successor is published before it signs (default: 30d)')
    .addHelpText(
      'after',
      examples(
        ['zonewright keygen example.com', 'a KSK and a ZSK in keys/'],
        ['zonewright keygen example.com --role csk -a ED25519', 'one key that signs everything'],
        ['zonewright keygen --settime Kexample.com.+013+12345 --inactive +30d', 'when a key ceases to sign'],
        [
          "zonewright keygen example.com --role ksk --pkcs11 'pkcs11:token=hsm;object=ksk1'",
          'the KSK in an HSM',
        ],
        ['zonewright keygen --successor Kexample.com.+013+12345', 'the key that takes over then'],
      ),
    )
    .action((zone: string | undefined, flags: KeygenFlags, command: Command) =>
      execute(command, (session) => runKeygen(session, zone, flags)),
    );
}

async function runKeygen(session: Session, zone: string | undefined, flags: KeygenFlags): Promise<number> {
  const result = await dispatch(session, zone, flags);
  if (session.json) await session.printDocument(keygenDocument(result));
  else await session.print(result.keys.map(({ base }) => `${base}\n`).join(''));
  return ExitStatus.Success;
}

async function dispatch(
  { environment, configuration, keyDirectory }: Session,
  zone: string | undefined,
  flags: KeygenFlags,
): Promise<KeygenResult> {
  const { now } = environment;
  const common = { keyDirectory, timing: timingOf(flags, now), ...ttlOf(flags) };
  const existing = flags.settime ?? flags.successor;
  if (existing !== undefined) {
    refuseBesides(zone, flags);
    if (flags.settime !== undefined) return settime({ ...common, keyFile: existing }, environment);
    const prepublication = ofOption('--interval', flags.interval, parseDuration);
    return makeSuccessor(
      {
        ...common,
        ...(prepublication === undefined ? {} : { prepublication }),
        keyFile: existing,
        sources: flags.pkcs11 === undefined ? undefined : sourcesOfUri(flags.pkcs11, ['ksk']),
      },
      environment,
    );
  }
  if (zone === undefined) {
    throw usageError('usage/missing-argument', 'the name of the zone is missing', {
      hint: 'zonewright keygen example.com',
    });
  }
  const name = parseZoneName(zone);
  const { policy } = settingsOfZone(configuration, name);
  const role = roleOf(flags);
  if (flags.interval !== undefined) {
    throw usageError('usage/conflict', '--interval is for --successor', {
      hint: 'say with --publish and --activate when the key is published and signs',
    });
  }
  const roles = role === undefined ? rolesOf(policy) : [role];
  return keygen(
    {
      ...common,
      sources: flags.pkcs11 === undefined ? sourcesOfPolicy(policy) : sourcesOfUri(flags.pkcs11, roles),
      zone: name,
      keys: policy.keys,
      algorithm: flags.algorithm ?? String(policy.algorithm),
      ...(role === undefined ? {} : { role }),
      ...(flags.bits === undefined ? {} : { bits: wholeNumber('--bits', flags.bits) }),
      ...(flags.spare === undefined ? {} : { spare: true }),
    },
    environment,
  );
}

/** The role that the options name, in any letter case. */
function roleOf({ role, f }: KeygenFlags): Role | undefined {
  const [first, ...others] = [role, f].filter((text) => text !== undefined).map(readRole);
  if (others.every((other) => other === first)) return first;
  throw usageError('usage/conflict', '--role and -f name different roles');
}

function readRole(text: string): Role {
  const role = ROLES.find((name) => name === text.toLowerCase());
  if (role !== undefined) return role;
  throw usageError('usage/role', `"${text}" is no role of a key`, {
    hint: `choose from ${ROLES.join(', ')}`,
  });
}

/** An existing key brings its zone, role and algorithm with it. */
function refuseBesides(zone: string | undefined, flags: KeygenFlags): void {
  const option = flags.settime === undefined ? '--successor' : '--settime';
  if (flags.settime !== undefined && flags.successor !== undefined) {
    throw usageError('usage/conflict', '--settime and --successor exclude each other');
  }
  const { role, f, algorithm, bits, spare, interval, pkcs11 } = flags;
  const besides = {
    [`the zone ${zone ?? ''}`]: zone,
    '--role': role ?? f,
    '--algorithm': algorithm,
    '--bits': bits,
    '--spare': spare,
    ...(flags.settime === undefined ? {} : { '--interval': interval, '--pkcs11': pkcs11 }),
  };
  for (const [what, value] of Object.entries(besides)) {
    if (value !== undefined) {
      throw usageError('usage/conflict', `${option} takes everything from the key file: leave ${what} out`);
    }
  }
}

function timingOf(flags: KeygenFlags, now: number): KeyTimingChange {
  const timing: { -readonly [time in keyof KeyTimingChange]: KeyTimingChange[time] } = {};
  for (const time of ['publish', 'activate', 'revoke', 'inactive', 'delete'] as const) {
    const value = ofOption(`--${time}`, flags[time], (text) => parseTimeOrNone(text, now));
    if (value !== undefined) timing[time] = value;
  }
  return timing;
}

function ttlOf(flags: KeygenFlags): { ttl?: number | null } {
  const ttl = ofOption('--ttl', flags.ttl, (text) => (/^(none|0)$/i.test(text) ? null : ttlValue(text)));
  return ttl === undefined ? {} : { ttl };
}

/** `schemas/keygen.schema.json` */
function keygenDocument({ keyDirectory, keys }: KeygenResult): {
  schema: string;
  keyDirectory: string;
  keys: object[];
} {
  return { schema: 'zonewright/keygen/v1', keyDirectory, keys: keys.map(keyDocument) };
}

function keyDocument({ base, zone, role, algorithm, keyTag, flags, ttl, dnskeyRdata, timing }: Key): object {
  return {
    base,
    zone: nameToText(zone),
    role,
    algorithm,
    algorithmName: algorithmLabel(algorithm),
    keyTag,
    flags,
    ttl,
    publicKey: toBase64(readDnskey(dnskeyRdata).publicKey),
    timing: Object.fromEntries(
      KEY_TIME_LABELS.flatMap(([time]) => {
        const value = timing[time];
        return value === undefined ? [] : [[time, printTime(value)]];
      }),
    ),
  };
}
