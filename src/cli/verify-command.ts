import { Command, Option } from './commander.ts';
import { servedFile, settingsOfZone, type ZoneSettings } from '../commands/configuration.ts';
import { verify, type VerifyOptions } from '../commands/verify.ts';
import { nameToText } from '../dns/name.ts';
import { parseDuration, parseTime } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import type { Policy } from '../rollover/policy.ts';
import { isSamePath } from '../io/paths.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { ExitStatus } from './exit-status.ts';
import { requireNoZoneName } from './known-zone.ts';
import { collect, ofOption, optional, threadCount } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import { isOneZone, selectTargets, workThrough, type SelectionFlags } from './several-zones.ts';
import type { Session } from './session.ts';
import { formatReports, VERIFY_FORMATS, type VerifyFormat } from './verify-formats.ts';
import { formatGraph, GRAPH_FORMATS, type GraphFormat } from './verify-graphs.ts';
import { foldedOnTerminal } from './text-layout.ts';
import { verifyDocument } from './verify-json.ts';

interface VerifyFlags extends SelectionFlags {
  readonly zone?: string;
  readonly ds?: readonly string[];
  readonly trustAnchor?: readonly string[];
  readonly at?: string;
  readonly minValidity?: string;
  readonly previous?: readonly string[];
  readonly state?: true;
  readonly unsigned?: true;
  readonly includePath?: readonly string[];
  readonly format: VerifyFormat | 'json';
  readonly graph?: GraphFormat;
  readonly allFindings?: true;
  readonly jobs?: string;
}

/** The subcommand `verify`: its options, help and rendering. */
export function verifyCommand(execute: Execute): Command {
  return new Command('verify')
    .description('Proves that every validator accepts a signed zone, or tells every reason why not.')
    .argument('[SIGNEDZONE...]', 'signed zones, - for standard input')
    .option('--all', 'the output of every zone of the configuration')
    .option('--shard <I/N>', 'only the I-th of N parts of the zones')
    .option('-z, --zone <ZONE>', "the zone's name (default: the owner of the SOA)")
    .option('--ds <DS>', "the parent's DS: a file, - for standard input, or RDATA; repeatable", collect)
    .option('--trust-anchor <FILE>', 'DNSKEY or DS records that are trusted; repeatable', collect)
    .option('--at <TIME>', 'when the zone must be valid (default: now)')
    .option('--min-validity <DURATION>', 'fail if a signature expires sooner than this')
    .option(
      '--previous <OLDZONE>',
      'prove that caches of this version go with the new one; repeatable',
      collect,
    )
    .option('--state', 'compare with the rotation state and the key directory too')
    .option('--unsigned', 'check a plain master file, before it is signed')
    .option('--include-path <DIR>', '$INCLUDE may read below this directory as well; repeatable', collect)
    .addOption(
      new Option('--format <FORMAT>', 'how to write the report').choices(VERIFY_FORMATS).default('text'),
    )
    .addOption(
      new Option('--graph <FORMAT>', 'print the chain of trust in place of the report').choices(
        GRAPH_FORMATS,
      ),
    )
    .option('--all-findings', 'tell every finding, not each cause once')
    .option('--jobs <N>', 'threads (default: one a core)')
    .addHelpText(
      'after',
      examples(
        ['zonewright verify example.com.zone.signed', 'exit status 0 if all is well, 1 if not'],
        ['zonewright verify --min-validity 7d example.com.zone.signed', 'and for the next week'],
        [
          'dig +short example.com DS | zonewright verify --ds - example.com.zone.signed',
          'with the DS that the parent has',
        ],
        [
          'zonewright verify --previous served.zone example.com.zone.signed',
          'may it replace the version that is served now?',
        ],
        ['zonewright verify --state example.com.zone.signed', 'and does it fit the rotation state?'],
        ['zonewright verify --unsigned example.com.zone', 'before the zone is signed'],
        ['zonewright verify --format github example.com.zone.signed', 'as annotations in GitHub Actions'],
      ),
    )
    .action((files: string[], flags: VerifyFlags, command: Command) => {
      const jobs = optional(flags.jobs, threadCount);
      return execute(command, (session) => runVerify(session, files, flags), { progress: true, jobs });
    });
}

type Target = Pick<VerifyOptions, 'zoneFile' | 'zone'>;

async function runVerify(session: Session, files: readonly string[], flags: VerifyFlags): Promise<number> {
  if (session.json && flags.format !== 'text' && flags.format !== 'json') {
    throw usageError('usage/conflict', `--json and --format ${flags.format} exclude each other`);
  }
  if (flags.unsigned === true) {
    const other = (['previous', 'state', 'ds', 'trustAnchor'] as const).find(
      (name) => flags[name] !== undefined,
    );
    if (other !== undefined) {
      const name = other.replace('A', '-a');
      throw usageError('usage/conflict', `--unsigned and --${name} exclude each other`);
    }
  }
  if (flags.graph !== undefined && (session.json || flags.format !== 'text' || !isOneZone(files, flags)))
    throw usageError('usage/conflict', '--graph takes one zone, and no other format');
  const options = { all: flags.allFindings === true, quiet: session.quiet };
  const targets = selectTargets<() => Target>(
    files,
    flags,
    session.configuration,
    (file) => () => targetOfFile(file, flags, session),
    (settings) => () => targetOfZone(settings, flags.unsigned === true),
  );
  const { status, results } = await workThrough(
    targets,
    async (target) => {
      const { zoneFile, zone } = target();
      const isUnsigned = flags.unsigned === true;
      await requireNoZoneName(zoneFile, (settings) => fileOf(settings, isUnsigned), session);
      const report = await verify(verifyOptions({ zoneFile, zone }, flags, session), session.environment);
      return { status: report.ok ? ExitStatus.Success : ExitStatus.No, result: report };
    },
    session,
  );
  if (flags.graph !== undefined) {
    const [only] = results;
    if (only !== undefined && !('error' in only)) await session.print(formatGraph(flags.graph, only));
  } else if (session.json || flags.format === 'json') {
    await session.printResults(
      'zonewright/verify/v1',
      results.map((result) => verifyDocument(result, options)),
      isOneZone(files, flags),
    );
  } else {
    const reports = results.flatMap((result) => ('error' in result ? [] : [result]));
    const text = formatReports(flags.format, reports, options);
    await session.print(flags.format === 'text' ? foldedOnTerminal(text, await session.screen()) : text);
  }
  return status;
}

function targetOfFile(
  file: string,
  { zone }: VerifyFlags,
  { configuration, workingDirectory }: Session,
): Target {
  if (zone !== undefined) return { zoneFile: file, zone: parseZoneName(zone) };
  const configured = configuration.zones.find((settings) => {
    const output = servedFile(settings);
    return output !== undefined && isSamePath(output, file, workingDirectory);
  });
  return { zoneFile: file, zone: configured?.name };
}

function targetOfZone(settings: ZoneSettings, unsigned: boolean): Target {
  const zoneFile = fileOf(settings, unsigned);
  if (zoneFile !== undefined) return { zoneFile, zone: settings.name };
  const zone = nameToText(settings.name);
  throw usageError('configuration/no-file', `the configuration names no file for the zone ${zone}`, {
    hint: 'add "file: PATH" or "output: PATH" to it',
  });
}

function fileOf(settings: ZoneSettings, unsigned: boolean): string | undefined {
  return unsigned ? settings.file : servedFile(settings);
}

function verifyOptions(
  target: Target,
  flags: VerifyFlags,
  { environment, keyDirectory, configuration }: Session,
): VerifyOptions {
  const policyOf = (zone: Uint8Array): Policy => settingsOfZone(configuration, zone).policy;
  return {
    ...target,
    at: ofOption('--at', flags.at, (text) => parseTime(text, environment.now)),
    minimumValidity: ofOption('--min-validity', flags.minValidity, parseDuration),
    ds: flags.ds,
    trustAnchors: flags.trustAnchor,
    previous: flags.previous,
    unsigned: flags.unsigned,
    rotation: flags.state && { keyDirectory, policyOf },
    includePaths: flags.includePath,
  };
}
