import { Command, Option } from './commander.ts';
import { servedFile, settingsOfZone, type ZoneSettings } from '../commands/configuration.ts';
import { withFilesKept } from '../keys/files-kept.ts';
import { withListsKept } from '../keys/lists-kept.ts';
import { zoneStatus, type StatusOptions } from '../commands/status.ts';
import { zonesWithKeys } from '../commands/zones-with-keys.ts';
import { nameToText } from '../dns/name.ts';
import { parseDuration } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import type { ProcessIo } from '../io/process-io.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { examples, type Execute } from './command.ts';
import { ExitStatus } from './exit-status.ts';
import { describeFailure } from './failure.ts';
import { withClosestZone } from './known-zone.ts';
import { optional } from './option-values.ts';
import { selectTargets, workThrough, type SelectionFlags } from './several-zones.ts';
import type { Session } from './session.ts';
import { formatStatus, STATUS_FORMATS, type StatusFormat } from './status-formats.ts';
import type { ZoneResult } from './status-zones.ts';

interface StatusFlags extends SelectionFlags {
  readonly history?: true;
  readonly check?: true;
  readonly warning?: string;
  readonly critical?: string;
  readonly format: StatusFormat;
  readonly showConfig?: true;
}

/** What a timeline covers: a quarter of a year back, and two lifetimes of a key on. */
const SPAN = { past: 90 * 86400, future: 180 * 86400 } as const;
const NO_SPAN = { past: 0, future: 0 } as const;

/** The subcommand `status`: its options, help and rendering. */
export function statusCommand(execute: Execute, io: ProcessIo): Command {
  return new Command('status')
    .description(
      'Answers whether zones are well, and who has to do what by when. The exit status is 0 only if all is well.',
    )
    .argument('[ZONE]', 'the zone; without it, one line for each zone, worst first')
    .option('--all', 'every zone of the configuration')
    .option('--shard <I/N>', 'only the I-th of N parts of the zones')
    .option('--history', 'print the audit trail: who did what, when and why')
    .option('--check', 'be a monitoring plugin: one line with perfdata; exit with 0, 1, 2 or 3')
    .option('--warning <DURATION>', 'WARNING if a signature expires sooner (default: half of refresh)')
    .option('--critical <DURATION>', 'CRITICAL if a signature expires sooner (default: a fifth of refresh)')
    .addOption(new Option('--format <FORMAT>', 'how to write it').choices(STATUS_FORMATS).default('text'))
    .option('--show-config', 'print every setting in force, and where it came from')
    .addHelpText(
      'after',
      examples(
        ['zonewright status', 'all configured zones, worst first'],
        ['zonewright status example.com', 'everything about one'],
        ['zonewright status example.com --history', 'what was done, when and why'],
        ['zonewright status --check --warning 5d --critical 2d', 'for Nagios, Icinga and their kin'],
        ['zonewright status --format prometheus', 'for the textfile collector'],
        ['zonewright status --format html > status.html', 'a page with the timeline of every zone'],
        ['zonewright status --show-config', 'which settings are in force, and why'],
      ),
    )
    .action((zone: string | undefined, flags: StatusFlags, command: Command) =>
      execute(command, (session) => runStatus(session, zone, flags), {
        ...(flags.check === true ? { recover: (error) => failedCheck(error, io) } : {}),
      }),
    );
}

/** A plugin that cannot find anything out says so in its own way: other exit statuses mean something else to those who run it. */
async function failedCheck(error: unknown, { stdout }: ProcessIo): Promise<number> {
  const { pluginFailure } = await import('./status-check.ts');
  const { line, status } = pluginFailure(describeFailure(error));
  await stdout.write(line);
  return status;
}

async function runStatus(session: Session, zone: string | undefined, flags: StatusFlags): Promise<number> {
  checkFlags(flags, session);
  if (flags.showConfig === true) return showConfig(session);
  const results = await lookAt(await targetsOf(zone, flags, session), flags, session, zone !== undefined);
  const isOneZone = zone !== undefined;
  if (flags.check === true) return check(results, session);
  if (flags.history === true) return showHistory(results, isOneZone, session);
  const { now } = session.environment;
  if (session.json) {
    const { statusDocument } = await import('./status-json.ts');
    const documents = results.map((result) => ('error' in result ? result : statusDocument(result.status)));
    await session.printResults('zonewright/status/v1', documents, isOneZone);
  } else
    await session.print(await formatStatus(flags.format, results, isOneZone, now, await session.screen()));
  return exitStatus(results);
}

function checkFlags(flags: StatusFlags, { json }: Session): void {
  const kinds = [
    ...(flags.history === true ? ['--history'] : []),
    ...(flags.check === true ? ['--check'] : []),
    ...(flags.showConfig === true ? ['--show-config'] : []),
    ...(flags.format === 'text' ? [] : [`--format ${flags.format}`]),
  ];
  const [first, second = json && first !== '--history' && first !== '--show-config' ? '--json' : undefined] =
    kinds;
  if (first !== undefined && second !== undefined)
    throw usageError('usage/conflict', `${first} and ${second} exclude each other`);
}

/** The zone that is named, or every zone of the configuration; where that names none, those that have keys. */
async function targetsOf(
  zone: string | undefined,
  flags: StatusFlags,
  { configuration, keyDirectory, environment }: Session,
): Promise<readonly ZoneSettings[]> {
  const ofName = (name: string): ZoneSettings => settingsOfZone(configuration, parseZoneName(name));
  const { zones } = configuration;
  if (zone === undefined && flags.all !== true && zones.length === 0) {
    const names = await zonesWithKeys(keyDirectory, environment.files);
    if (names.length > 0) return names.map((name) => settingsOfZone(configuration, name));
    throw usageError('usage/no-zones', `no zone is configured, and none has keys in ${keyDirectory}`, {
      hint: 'name a zone, list zones in .zonewrightrc.yaml, or say where keys are with --key-directory',
    });
  }
  return selectTargets<ZoneSettings>(
    zone === undefined ? [] : [zone],
    zone === undefined ? { ...flags, all: true } : flags,
    configuration,
    ofName,
    (settings) => settings,
  );
}

async function lookAt(
  targets: readonly ZoneSettings[],
  flags: StatusFlags,
  session: Session,
  isOneZone: boolean,
): Promise<ZoneResult[]> {
  const limits = limitsOf(flags);
  const files = withListsKept(session.environment.files);
  const needsFuture = session.json || flags.format === 'html' || flags.format === 'svg' || isOneZone;
  const { results } = await workThrough(
    targets,
    async (settings) => {
      const options: StatusOptions = {
        settings,
        configuration: session.configuration,
        keyDirectory: session.keyDirectory,
        signedZone: await signedZoneOf(settings, session),
        depth: isOneZone ? 'full' : 'overview',
        span: needsFuture && flags.check !== true && flags.history !== true ? SPAN : NO_SPAN,
        limits,
      };
      // For each zone anew: of a thousand, nobody wants to hold all files.
      const environment = { ...session.environment, files: withFilesKept(files) };
      try {
        return { status: 0, result: await zoneStatus(options, environment) };
      } catch (error) {
        throw await withClosestZone(error, settings.name, session);
      }
    },
    session,
  );
  return results.map((result, index) => {
    const zone = nameToText(targets[index]!.name);
    return 'error' in result ? { zone, error: result.error } : { zone, status: result };
  });
}

/** Where the signed zone is: as configured, else where `sign` puts it for a file that is named after its zone. */
async function signedZoneOf(settings: ZoneSettings, { environment }: Session): Promise<string | undefined> {
  const served = servedFile(settings);
  if (served !== undefined) return served;
  const label = nameToText(settings.name).slice(0, -1);
  for (const usual of [`${label}.zone.signed`, `${label}.signed`, `db.${label}.signed`])
    if ((await environment.files.status(usual)) !== undefined) return usual;
  return undefined;
}

function limitsOf({ warning, critical }: StatusFlags): StatusOptions['limits'] {
  const limits = {
    warning: optional(warning, parseDuration),
    critical: optional(critical, parseDuration),
  };
  return {
    ...(limits.warning === undefined ? {} : { warning: limits.warning }),
    ...(limits.critical === undefined ? {} : { critical: limits.critical }),
  };
}

function exitStatus(results: readonly ZoneResult[]): number {
  return results.every((result) => 'status' in result && result.status.health === 'ok')
    ? ExitStatus.Success
    : ExitStatus.No;
}

async function check(results: readonly ZoneResult[], session: Session): Promise<number> {
  const { pluginResult } = await import('./status-check.ts');
  const { line, status } = pluginResult(results, session.environment.now);
  await session.print(line);
  return status;
}

async function showHistory(
  results: readonly ZoneResult[],
  isOneZone: boolean,
  session: Session,
): Promise<number> {
  const { historyDocument, historyText } = await import('./status-history.ts');
  const histories = results.flatMap((result) =>
    'error' in result ? [] : [{ zone: result.zone, history: result.status.history }],
  );
  if (session.json) {
    const documents = histories.map(({ zone, history }) => historyDocument(zone, history));
    await session.printResults('zonewright/status/v1', documents, isOneZone);
  } else {
    const screen = await session.screen();
    for (const { zone, history } of histories) {
      if (!isOneZone) await session.print(`${zone}\n`);
      await session.print(historyText(history, screen));
    }
  }
  return ExitStatus.Success;
}

async function showConfig(session: Session): Promise<number> {
  const { settingsInForce, settingsText } = await import('./status-settings.ts');
  const settings = settingsInForce(session);
  if (session.json) await session.printDocument({ schema: 'zonewright/status/v1', settings });
  else await session.print(settingsText(settings));
  return ExitStatus.Success;
}
