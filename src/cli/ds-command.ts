import { Command, Option } from './commander.ts';
import { ds, type DsOptions } from '../commands/ds.ts';
import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { DIGEST_TYPES, digestTypeByName } from '../dnssec/ds.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { DS_FORMATS, dsDocument, formatDs, RECORD_FORMATS, type DsFormat } from './ds-formats.ts';
import { ExitStatus } from './exit-status.ts';
import { collect, ofOption, optional, ttlValue } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import type { Session } from './session.ts';

interface DsFlags {
  readonly digest?: readonly string[];
  readonly format: DsFormat | 'json';
  readonly ttl?: string;
  readonly zone?: string;
  readonly add?: true;
  readonly remove?: true;
  readonly anyway?: true;
  /** A file, or true for the parent. */
  readonly check?: string | true;
  readonly server?: readonly string[];
  readonly push?: true;
  readonly dryRun?: true;
}

/** The subcommand `ds`: its options, help and rendering. */
export function dsCommand(execute: Execute): Command {
  return new Command('ds')
    .description('Prints the DS records of a zone for its parent. Standard output has nothing else.')
    .argument('<SOURCE...>', 'a zone, key files, a zone file, or - for standard input')
    .option('--digest <DIGEST>', 'sha256, sha384 or sha1; repeatable (default: sha256)', collect)
    .addOption(new Option('--format <FORMAT>', 'how to write them').choices(DS_FORMATS).default('zone'))
    .option('--ttl <TTL>', 'a TTL for records: of the formats zone, dnskey, cds, cdnskey (default: none)')
    .option('-z, --zone <ZONE>', 'the zone of a zone file that does not name it')
    .option('--add', 'only what the parent must add at this step of a rotation')
    .option('--remove', 'only what the parent must remove at this step of a rotation')
    .option('--anyway', 'print even what is not safe at the parent yet')
    .option(
      '--check [FILE]',
      'compare with the DS records that the parent serves, or with those of a file or - for standard input',
    )
    .option(
      '--server <SERVER>',
      'a server of the parent to ask, HOST or HOST:PORT, in place of those that are found; repeatable',
      collect,
    )
    .option('--push', "make the DS set at the zone's registrar this one, adding before removing")
    .option('--dry-run', 'with --push: print the calls that would be made, and make none')
    .addHelpText(
      'after',
      examples(
        ['zonewright ds example.com', 'from the keys in keys/'],
        ['zonewright ds Kexample.com.+013+12345', 'of one key'],
        ['dig example.com DNSKEY | zonewright ds -', 'of a zone that others sign'],
        ['zonewright ds example.com --format registrar', "the fields of a registrar's form"],
        ['zonewright ds example.com --check', 'does the parent serve what it should?'],
        ['dig example.com DS | zonewright ds example.com --check -', 'the same without asking servers'],
        ['zonewright ds example.com --push --dry-run', 'what the registrar would be asked for'],
        ["zonewright ds example.com | cut -d' ' -f4-", 'without the owner'],
      ),
    )
    .action((sources: string[], flags: DsFlags, command: Command) =>
      execute(command, (session) => runDs(session, sources, flags)),
    );
}

async function runDs(session: Session, sources: readonly string[], flags: DsFlags): Promise<number> {
  if (session.json && flags.format !== 'zone' && flags.format !== 'json') {
    throw usageError('usage/conflict', `--json and --format ${flags.format} exclude each other`);
  }
  const digests = flags.digest?.map(digestOf);
  const ttl = ofOption('--ttl', flags.ttl, ttlValue);
  const format = session.json ? 'json' : flags.format;
  if (ttl !== undefined && !RECORD_FORMATS.includes(format)) {
    throw usageError('usage/conflict', `--ttl is for records, and ${format} has no place for a TTL`, {
      hint: `the formats with one are ${RECORD_FORMATS.join(', ')}`,
    });
  }
  const { configuration, environment, keyDirectory } = session;
  const zone = optional(flags.zone, parseZoneName);
  if (flags.add === true && flags.remove === true) {
    throw usageError('usage/conflict', '--add and --remove exclude each other');
  }
  const part = flags.add === true ? 'add' : flags.remove === true ? 'remove' : undefined;
  if (flags.check !== undefined) return runCheck(session, sources, flags, { digests, zone });
  if (flags.server !== undefined) throw usageError('usage/conflict', '--server is for --check');
  checkPush(flags);
  const { keys, unsafe, withdrawn } = await ds(
    { sources, keyDirectory, configuration, zoneName: zoneNameOrNone, digests, zone, part },
    environment,
  );
  if (flags.push === true) {
    const { pushDs } = await import('./ds-push.ts');
    const named = zone ?? zoneNameOrNone(sources[0] ?? '');
    return pushDs({ keys, unsafe, withdrawn }, named, flags.dryRun === true, session);
  }
  for (const { message } of unsafe)
    environment.warn(
      message,
      flags.anyway === true ? undefined : 'wait, or print it all the same with --anyway',
    );
  if (unsafe.length > 0 && flags.anyway !== true) {
    if (session.json) await session.printDocument(dsDocument([]));
    return ExitStatus.No;
  }
  if (keys.length === 0 && withdrawn.length === 0)
    session.talk.note(
      `nothing is to ${part ?? 'be'} at the parent now; what comes next: zonewright status ${sources.join(' ')}`,
    );
  if (withdrawn.length > 0)
    session.talk.note(
      'the zone is going insecure, and no DS is to be at the parent; --remove prints what is',
    );
  if (session.json || flags.format === 'json') await session.printDocument(dsDocument(keys));
  else await session.print(formatDs(flags.format, keys, { ttl, withdrawn }));
  return ExitStatus.Success;
}

/** @throws ZonewrightError `usage/conflict` where --push is mixed with what prints something else, or a part */
function checkPush(flags: DsFlags): void {
  if (flags.push !== true) {
    if (flags.dryRun === true) throw usageError('usage/conflict', '--dry-run is for --push');
    return;
  }
  for (const name of ['add', 'remove', 'anyway', 'ttl'] as const) {
    if (flags[name] !== undefined)
      throw usageError('usage/conflict', `--push and --${name} exclude each other`);
  }
  if (flags.format !== 'zone')
    throw usageError('usage/conflict', `--push and --format ${flags.format} exclude each other`);
}

/** Tells whether the parent has what it should: 0 it has, 1 it has not, 4 not every server of it told. */
async function runCheck(
  session: Session,
  sources: readonly string[],
  flags: DsFlags,
  { digests, zone }: Pick<DsOptions, 'digests' | 'zone'>,
): Promise<number> {
  for (const name of ['add', 'remove', 'ttl', 'push'] as const) {
    if (flags[name] !== undefined)
      throw usageError('usage/conflict', `--check and --${name} exclude each other`);
  }
  const isJson = session.json || flags.format === 'json';
  if (!isJson && flags.format !== 'zone')
    throw usageError('usage/conflict', `--check and --format ${flags.format} exclude each other`);
  const against = flags.check === true ? undefined : flags.check;
  if (against !== undefined && flags.server !== undefined)
    throw usageError('usage/conflict', '--server is for --check without a file');
  const { configuration, environment, keyDirectory } = session;
  const { checkDs } = await import('../commands/ds-check.ts');
  const { dsCheckDocument, dsCheckText, isDsSetRight } = await import('./ds-check-text.ts');
  const result = await checkDs(
    {
      sources,
      keyDirectory,
      configuration,
      zoneName: zoneNameOrNone,
      digests,
      zone,
      against,
      servers: flags.server,
      anyway: flags.anyway,
    },
    environment,
  );
  for (const { message, hint } of result.unanswered) environment.warn(message, hint);
  if (isJson) await session.printDocument(dsCheckDocument(result));
  else await session.print(dsCheckText(result));
  if (!isDsSetRight(result)) return ExitStatus.No;
  return result.unanswered.length === 0 ? ExitStatus.Success : ExitStatus.Environment;
}

function digestOf(name: string): DigestAlgorithm {
  const type = digestTypeByName(name);
  if (type !== undefined) return type.digest;
  throw usageError('usage/digest', `"${name}" is no digest that DS records have`, {
    hint: `choose from ${DIGEST_TYPES.map(({ digest }) => digest).join(', ')}`,
  });
}

function zoneNameOrNone(text: string): Uint8Array | undefined {
  try {
    return parseZoneName(text);
  } catch (error) {
    if (error instanceof ZonewrightError) return undefined;
    throw error;
  }
}
