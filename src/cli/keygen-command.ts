import { Command, Option } from './commander.ts';
import { EXPORT_FORMATS } from '../commands/export-formats.ts';
import { keygen, type KeygenResult } from '../commands/keygen.ts';
import { sourcesOfPolicy, sourcesOfUri, type KeySources } from '../commands/new-key-pair.ts';
import { settingsOfZone } from '../commands/configuration.ts';
import { printTime, parseDuration } from '../dns/time.ts';
import { nameToText } from '../dns/name.ts';
import { usageError } from '../errors.ts';
import { toBase64 } from '../dns/encoding.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { parseZoneName } from '../io/zone-name.ts';
import type { Key } from '../keys/key.ts';
import { KEY_TIME_LABELS } from '../keys/timing.ts';
import { rolesOf } from '../rollover/due.ts';
import { ExitStatus } from './exit-status.ts';
import { ofOption, wholeNumber } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import { encryptionOf, roleOf, timingOf, ttlOf, type KeygenFlags } from './keygen-flags.ts';
import { modeOf, type KeygenMode } from './keygen-mode.ts';
import type { Session } from './session.ts';

/** Permissions of a file with a private key. */
const PRIVATE_MODE = 0o600;

/** The subcommand `keygen`: its options, help and rendering. */
export function keygenCommand(execute: Execute): Command {
  return new Command('keygen')
    .description('Makes the keys of a zone, and sets the times of keys.')
    .argument('[ZONE]', "the zone's name; for --export, --encrypt and --plain the key file")
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
    .option(
      '--import <FILE>',
      'take a key from this file: PKCS #8, SEC 1, PKCS #1, JWK, BIND, or a DNSKEY record',
    )
    .addOption(new Option('--export <FORMAT>', 'print the private key of a key file').choices(EXPORT_FORMATS))
    .option('-o, --output <FILE>', 'a new file for what is exported (default: standard output)')
    .option('--encrypt', 'store the private key under a passphrase; of a key file, change it')
    .option('--plain', 'store it without one; of a key file, decrypt it')
    .option('--new-passphrase-file <FILE>', 'with --encrypt: the passphrase from now on, in the first line')
    .option('--new-passphrase-command <COMMAND>', 'the same for what a program prints')
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
        ['zonewright keygen example.com --import zsk.pem --role zsk', 'a key from elsewhere'],
        ['zonewright keygen --export pem Kexample.com.+013+12345', 'a private key for another program'],
        ['zonewright keygen --encrypt Kexample.com.+013+12345', 'put a private key under a passphrase'],
      ),
    )
    .action((zone: string | undefined, flags: KeygenFlags, command: Command) =>
      execute(command, (session) => runKeygen(session, zone, flags)),
    );
}

async function runKeygen(session: Session, name: string | undefined, flags: KeygenFlags): Promise<number> {
  const mode = modeOf(name, flags);
  if (mode === 'export') {
    await runExport(session, name, flags);
    return ExitStatus.Success;
  }
  const result = await dispatch(mode, session, name, flags);
  if (session.json) await session.printDocument(keygenDocument(result));
  else await session.print(result.keys.map(({ base }) => `${base}\n`).join(''));
  return ExitStatus.Success;
}

async function dispatch(
  mode: Exclude<KeygenMode, 'export'>,
  { environment, configuration, keyDirectory }: Session,
  name: string | undefined,
  flags: KeygenFlags,
): Promise<KeygenResult> {
  const { now } = environment;
  const encryption = encryptionOf(flags);
  const common = { keyDirectory, timing: timingOf(flags, now), ...ttlOf(flags), ...encryption };
  const role = roleOf(flags);
  const roleOption = role === undefined ? {} : { role };
  const spare = flags.spare === undefined ? {} : { spare: true };
  switch (mode) {
    case 'settime': {
      const { settime } = await import('../commands/settime.ts');
      return settime({ ...common, keyFile: flags.settime! }, environment);
    }
    case 'successor': {
      const prepublication = ofOption('--interval', flags.interval, parseDuration);
      const interval = prepublication === undefined ? {} : { prepublication };
      const { makeSuccessor } = await import('../commands/key-successor.ts');
      const sourcesOf = (zone: Uint8Array): KeySources =>
        flags.pkcs11 === undefined
          ? sourcesOfPolicy(settingsOfZone(configuration, zone).policy)
          : sourcesOfUri(flags.pkcs11, ['ksk']);
      return makeSuccessor({ ...common, ...interval, keyFile: flags.successor!, sourcesOf }, environment);
    }
    case 'import': {
      const { importKey } = await import('../commands/import-key.ts');
      const zone = name === undefined ? {} : { zone: parseZoneName(name) };
      const { algorithm } = flags;
      return importKey(
        { ...common, ...zone, ...roleOption, ...spare, file: flags.import!, algorithm },
        environment,
      );
    }
    case 'protect': {
      const { protectKey } = await import('../commands/protect-key.ts');
      return protectKey({ keyFile: name!, keyDirectory, encrypt: encryption.encrypt! }, environment);
    }
    case 'make': {
      if (name === undefined) {
        throw usageError('usage/missing-argument', 'the name of the zone is missing', {
          hint: 'zonewright keygen example.com',
        });
      }
      const zone = parseZoneName(name);
      const { policy } = settingsOfZone(configuration, zone);
      const roles = role === undefined ? rolesOf(policy) : [role];
      const made = await keygen(
        {
          ...common,
          sources: flags.pkcs11 === undefined ? sourcesOfPolicy(policy) : sourcesOfUri(flags.pkcs11, roles),
          ...roleOption,
          ...spare,
          zone,
          keys: policy.keys,
          algorithm: flags.algorithm ?? String(policy.algorithm),
          ...(flags.bits === undefined ? {} : { bits: wholeNumber('--bits', flags.bits) }),
        },
        environment,
      );
      const { warnOfKeysBeside } = await import('../commands/keys-beside.ts');
      await warnOfKeysBeside(made, environment);
      return made;
    }
  }
}

/** Puts a private key on standard output, or into a new file that its owner alone may open. */
async function runExport(session: Session, keyFile: string | undefined, flags: KeygenFlags): Promise<void> {
  const { environment, keyDirectory } = session;
  if (keyFile === undefined) {
    throw usageError('usage/missing-argument', 'the name of the key is missing', {
      hint: 'zonewright keygen --export pem Kexample.com.+013+12345',
    });
  }
  if (session.json) {
    throw usageError('usage/conflict', 'what --export prints is the key alone: leave --json out');
  }
  const { exportKey } = await import('../commands/export-key.ts');
  const text = await exportKey(
    { keyFile, keyDirectory, format: flags.export!, ...encryptionOf(flags) },
    environment,
  );
  if (flags.output === undefined || flags.output === '-') await session.print(text);
  else await environment.files.createExclusive(flags.output, text, PRIVATE_MODE);
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
