import { Command, Option } from './commander.ts';
import { servedFile, settingsOfZone, type ZoneSettings } from '../commands/configuration.ts';
import { recordFailure } from '../commands/failure-record.ts';
import { isLostKey } from '../commands/lost-keys.ts';
import { rotate } from '../commands/rotate.ts';
import type { EventTarget } from '../commands/rotation-events.ts';
import type { DsReport, RotateOptions } from '../commands/rotation-options.ts';
import type { RotateResult } from '../commands/rotation-result.ts';
import { withTurnsAtParent } from '../commands/rotation-turns.ts';
import { signZoneFile } from '../commands/sign-zone-file.ts';
import type { SignResult } from '../commands/signing-result.ts';
import { nameToText } from '../dns/name.ts';
import { parseDuration, parseTime } from '../dns/time.ts';
import { usageError, type ZonewrightError } from '../errors.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { afterSign } from './after-sign.ts';
import { ExitStatus } from './exit-status.ts';
import { deliver, notifyTest, targetsOfZone } from './notifications.ts';
import { collect, ofOption, optional, wholeNumber } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import type { PlanPicture } from './plan-formats.ts';
import { requireKnownZone } from './known-zone.ts';
import { parentSource } from './parent-source.ts';
import { isOneZone, selectTargets, workThrough, type SelectionFlags } from './several-zones.ts';
import type { Session } from './session.ts';
import { rotateDocument, rotateText } from './rotate-text.ts';
import { foldedOnTerminal } from './text-layout.ts';
import { signOptions, targetOfZone } from './sign-options.ts';

/** What `--plan` looks ahead without `--until`. */
const DEFAULT_PLAN = '1y';

/** How a plan is told. */
const PLAN_FORMATS = ['text', 'svg', 'html'] as const satisfies readonly RotateFlags['format'][];

/** What a test event is about where no zone is named: example.com. */
const EXAMPLE = parseZoneName('example.com');

interface RotateFlags extends SelectionFlags {
  readonly dryRun?: true;
  readonly plan?: true;
  readonly until?: string;
  readonly format: 'text' | PlanPicture;
  readonly start?: 'ksk' | 'zsk' | 'csk' | 'all';
  readonly algorithm?: string;
  readonly emergency?: string;
  readonly atOnce?: true;
  readonly recover?: string;
  readonly yes?: true;
  readonly dsPublished?: readonly string[];
  readonly dsWithdrawn?: readonly string[];
  readonly at?: string;
  readonly served?: string;
  readonly checkParent?: true;
  readonly checkServers?: true;
  readonly server?: readonly string[];
  readonly abort?: true;
  readonly abortKey?: string;
  readonly purge?: true;
  readonly enable?: true;
  readonly disable?: true;
  readonly adopt?: true;
  readonly keyRequest?: string;
  readonly sign?: true;
  readonly notifyTest?: true;
  readonly detailedExitcode?: true;
}

/** The subcommand `rotate`: its options, help and rendering. */
export function rotateCommand(execute: Execute): Command {
  return new Command('rotate')
    .description(
      'Does what is due and proven safe now, and says what it waits for. Running it again changes nothing.',
    )
    .argument('[ZONE]', 'the zone')
    .option('--all', 'every zone of the configuration')
    .option('--shard <I/N>', 'only the I-th of N parts of the zones')
    .option('--dry-run', 'change nothing, tell what would be done')
    .option('--plan', 'print what will come, with dates, and change nothing')
    .option('--until <DURATION>', 'how far the plan, or a request, looks ahead (default: 1y)')
    .addOption(new Option('--format <FORMAT>', 'how to draw the plan').choices(PLAN_FORMATS).default('text'))
    .addOption(new Option('--start <ROLE>', 'begin a rollover now').choices(['ksk', 'zsk', 'csk', 'all']))
    .option('--algorithm <ALGORITHM>', 'begin the rollover to an algorithm, that of the policy or another')
    .option('--emergency <TAG>', 'replace a compromised key, as quickly as is safe')
    .option(
      '--at-once',
      'with --emergency: without waiting for caches; it says first who breaks, and until when',
    )
    .option('--recover <TAG>', 'replace a key whose private half is lost, as quickly as is safe')
    .option('--yes', 'do not ask')
    .option('--ds-published <TAG>', 'the parent serves the DS of this key; repeatable', collect)
    .option('--ds-withdrawn <TAG>', 'the parent serves the DS of this key no more; repeatable', collect)
    .option('--at <TIME>', 'since when it does, or does no more (default: now)')
    .option('--served <SERIAL>', 'all servers have the version with this serial')
    .option('--check-parent', 'look which DS every server of the parent serves')
    .option('--check-servers', 'look whether every server of the zone has the last version')
    .option(
      '--server <SERVER>',
      'a server to look at, HOST or HOST:PORT, in place of those that are found; repeatable',
      collect,
    )
    .option('--purge', 'delete the private keys of removed keys now, before their purge delay is over')
    .option('--abort', 'take the rollover in progress back, where that is safe; of several, the newest')
    .option('--abort-key <TAG>', 'the same for the rollover that has to do with this key')
    .option('--enable', 'sign a zone that is not signed')
    .option('--disable', 'go insecure in the safe order')
    .option('--adopt', 'build the state anew from keys and signed zone')
    .option('--key-request <FILE>', 'write what a KSK that is elsewhere has to sign until --until')
    .option('--sign', 'sign the zone afterwards if it needs it')
    .option('--notify-test', 'send a test event to everybody who is notified, and do nothing else')
    .option('--detailed-exitcode', 'exit with 10 if something was done')
    .addHelpText(
      'after',
      examples(
        ['zonewright rotate example.com', 'from cron, once a day or more often'],
        ['zonewright rotate --all --sign', 'all configured zones, and sign what changed'],
        ['zonewright rotate example.com --plan --until 2y', 'what will come, with dates'],
        [
          'zonewright rotate example.com --plan --format html > plan.html',
          'the same as a page with a picture',
        ],
        ['zonewright rotate example.com --ds-published 12345', 'the registrar has done it'],
        ['zonewright rotate example.com --check-parent', 'see for yourself what the parent serves'],
        ['zonewright rotate example.com --start ksk', 'a new KSK now'],
      ),
    )
    .action((zone: string | undefined, flags: RotateFlags, command: Command) =>
      execute(command, (session) => runRotate(session, zone, flags), { progress: true }),
    );
}

async function runRotate(session: Session, zone: string | undefined, flags: RotateFlags): Promise<number> {
  if (flags.notifyTest === true) {
    const [first] = session.configuration.zones;
    return notifyTest(zone === undefined ? (first?.name ?? EXAMPLE) : parseZoneName(zone), session);
  }
  if (flags.keyRequest !== undefined) return runKeyRequest(session, zone, flags.keyRequest, flags.until);
  const names = zone === undefined ? [] : [zone];
  const zones = selectTargets<ZoneSettings>(
    names,
    flags,
    session.configuration,
    (name) => settingsOfZone(session.configuration, parseZoneName(name)),
    (settings) => settings,
    'zone',
  );
  const { status, results } = await workThrough(
    zones,
    (settings) => rotateOne(settings, flags, session),
    session,
    { labelOf: ({ name }) => nameToText(name) },
  );
  if (session.json) await session.printResults('zonewright/rotate/v1', results, isOneZone(names, flags));
  return status;
}

/** `rotate ZONE --key-request FILE` */
async function runKeyRequest(
  session: Session,
  zone: string | undefined,
  file: string,
  until: string | undefined,
): Promise<number> {
  if (zone === undefined) {
    throw usageError('usage/missing-argument', '--key-request is for one zone: its name is missing', {
      hint: 'zonewright rotate example.com --key-request FILE',
    });
  }
  const { requestKeySignatures } = await import('../commands/key-request.ts');
  const { keyRequestDocument, keyRequestText } = await import('./key-response.ts');
  const settings = settingsOfZone(session.configuration, parseZoneName(zone));
  const result = await requestKeySignatures(
    {
      zone: settings.name,
      keyDirectory: session.keyDirectory,
      policy: settings.policy,
      ...servedFiles(settings),
      file,
      duration: ofOption('--until', until ?? DEFAULT_PLAN, parseDuration) ?? 0,
    },
    session.environment,
  );
  if (session.json) await session.printDocument(keyRequestDocument(result));
  else await session.print(keyRequestText(result));
  return ExitStatus.Success;
}

/** The master file and the signed zone that is served, where the configuration names them. */
function servedFiles(settings: ZoneSettings): {
  zoneFile: string | undefined;
  signedZone: string | undefined;
} {
  return { zoneFile: settings.file, signedZone: servedFile(settings) };
}

async function rotateOne(
  settings: ZoneSettings,
  flags: RotateFlags,
  session: Session,
): Promise<{ status: number; result: object }> {
  await requireKnownZone(settings, flags.enable === true, session);
  const targets = await targetsOfZone(settings, session);
  const options = rotateOptions(settings, targets, flags, session);
  const isReal = flags.dryRun !== true && flags.plan !== true;
  const print = async (part: RotateResult): Promise<void> => {
    if (!session.json) await session.print(await textOf(part, flags, session));
  };
  const tell = async (told: RotateResult): Promise<RotateResult> => {
    const delivered = isReal ? await deliver(settings, targets, session) : [];
    return delivered.length === 0 ? told : { ...told, changed: true, done: [...told.done, ...delivered] };
  };
  // Before the zone is signed: that may fail for reasons of its own.
  let result = await tell(await rotate(options, session.environment));
  let served: number = ExitStatus.Success;
  // Also where no key moved: signatures have to be renewed, and the zone may have been edited.
  if (flags.sign === true && isReal) {
    const signed = await signAfter(result, options, settings, session, print);
    result = await tell(signed.result);
    served = signed.status;
  }
  result = await withTurnsAtParent(result, settings, session.keyDirectory, session.environment);
  await print(result);
  const isTold = served === ExitStatus.Success && flags.detailedExitcode === true;
  const status = isTold && result.changed ? ExitStatus.Changed : served;
  return { status, result: rotateDocument(result) };
}

async function textOf(
  result: RotateResult,
  { format, dryRun }: RotateFlags,
  session: Session,
): Promise<string> {
  const { zone, timeline } = result;
  const telling = { quiet: session.quiet, dryRun: dryRun === true };
  const screen = await session.screen();
  if (timeline === undefined || (format === 'text' && !screen.isTerminal))
    return foldedOnTerminal(rotateText(result, telling), screen);
  const { formatPlan, planText } = await import('./plan-formats.ts');
  if (format !== 'text') return formatPlan(format, zone, timeline);
  const told = rotateText({ ...result, plan: [] }, telling);
  return `${foldedOnTerminal(told, screen)}${planText(zone, timeline, screen)}`;
}

/** Signs the zone, has the servers load it, and says where the rollovers stand then. */
async function signAfter(
  result: RotateResult,
  options: RotateOptions,
  settings: ZoneSettings,
  session: Session,
  print: (result: RotateResult) => Promise<void>,
): Promise<{ readonly result: RotateResult; readonly status: number }> {
  const { environment, talk } = session;
  let signed: SignResult;
  let status: number;
  let waiting: ZonewrightError | undefined;
  try {
    const signing = signOptions(targetOfZone(settings), { cds: true }, session);
    signed = await signZoneFile(signing, environment).catch((error: unknown) => {
      if (!isLostKey(error)) throw error;
      // An edit that nobody can sign yet does not hold up the replacement of the key.
      waiting = error;
      return signZoneFile({ ...signing, asPublished: true }, environment);
    });
    status = await afterSign(signed, signing, session);
    if (waiting === undefined && !signed.changed && settings.policy.publishedWhen !== 'afterSign')
      return { result, status };
    if (signed.changed) talk.note(`${signed.zone} signed into ${signed.output}: serial ${signed.serial}`);
  } catch (error) {
    await print(result);
    throw error;
  }
  const { zone, keyDirectory, policy, zoneFile, signedZone, targets } = options;
  // The parent was looked at just before.
  const checkParent = false;
  // What was taken back just before may be due.
  const beginsNothing = options.abort;
  const after = await rotate(
    { zone, keyDirectory, policy, zoneFile, signedZone, targets, checkParent, beginsNothing },
    environment,
  );
  const changed = result.changed || signed.changed || after.changed;
  const whole = { ...after, changed, done: [...result.done, ...after.done] };
  if (waiting === undefined) return { result: whole, status };
  await recordFailure('sign', keyDirectory, zone, waiting, environment);
  await print(whole);
  throw waiting;
}

function rotateOptions(
  settings: ZoneSettings,
  targets: readonly EventTarget[],
  flags: RotateFlags,
  session: Session,
): RotateOptions {
  const { now } = session.environment;
  const at = ofOption('--at', flags.at, (text) => parseTime(text, now)) ?? now;
  const reports = (tags: readonly string[] | undefined): DsReport[] | undefined =>
    tags?.map((tag) => ({ keyTag: wholeNumber('a key tag', tag), at }));
  if (flags.until !== undefined && flags.plan !== true) {
    throw usageError('usage/conflict', '--until is for --plan and --key-request', {
      hint: 'what comes until then: add --plan',
    });
  }
  if (flags.format !== 'text' && (flags.plan !== true || session.json || flags.all === true)) {
    throw usageError(
      'usage/conflict',
      `--format ${flags.format} is for the --plan of one zone, without --json`,
    );
  }
  if (flags.at !== undefined && flags.dsPublished === undefined && flags.dsWithdrawn === undefined) {
    throw usageError('usage/conflict', '--at is for --ds-published and --ds-withdrawn', {
      hint: 'add --ds-published TAG or --ds-withdrawn TAG',
    });
  }
  if (flags.server !== undefined && (flags.checkParent === true) === (flags.checkServers === true)) {
    throw usageError('usage/conflict', '--server is for one of --check-parent and --check-servers', {
      hint: 'name the servers in the configuration (servers, parent.servers) to look at both in one run',
    });
  }
  return {
    zone: settings.name,
    keyDirectory: session.keyDirectory,
    policy: settings.policy,
    ...servedFiles(settings),
    targets,
    start: flags.start,
    algorithm: flags.algorithm,
    emergency: optional(flags.emergency, (tag) => wholeNumber('--emergency', tag)),
    atOnce: flags.atOnce,
    recover: optional(flags.recover, (tag) => wholeNumber('--recover', tag)),
    confirm: async (text) => {
      session.environment.warn(text);
      return flags.yes === true || (await askOnTerminal());
    },
    dsPublished: reports(flags.dsPublished),
    dsWithdrawn: reports(flags.dsWithdrawn),
    served: optional(flags.served, serialNumber),
    checkServers: flags.checkServers,
    servers: flags.checkServers === true ? (flags.server ?? settings.servers) : settings.servers,
    checkParent: flags.checkParent,
    parent: parentSource(settings, flags.checkParent === true ? flags.server : undefined),
    abort: flags.abort === true || flags.abortKey !== undefined,
    abortKey: optional(flags.abortKey, (tag) => wholeNumber('--abort-key', tag)),
    purge: flags.purge,
    enable: flags.enable,
    disable: flags.disable,
    adopt: flags.adopt,
    dryRun: flags.dryRun,
    // Before a zone is taken over, one wants to know what that will lead to.
    planFor:
      flags.plan === true || (flags.adopt === true && flags.dryRun === true)
        ? ofOption('--until', flags.until ?? DEFAULT_PLAN, parseDuration)
        : undefined,
  };
}

/** Asks whoever sits at the terminal; where nobody does, nobody has agreed. */
async function askOnTerminal(): Promise<boolean> {
  const { askAtTerminal } = await import('../io/terminal-question.ts');
  return askAtTerminal('Do it? [y/N] ');
}

function serialNumber(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 0xffffffff) return Number(text);
  throw usageError('usage/number', `--served takes the serial of an SOA record, not "${text}"`);
}
