import { Command, Option } from './commander.ts';
import type { SignResult } from '../commands/signing-result.ts';
import { readingStdinOnce } from '../commands/standard-input.ts';
import { nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { usageError } from '../errors.ts';
import { withListsKept } from '../keys/lists-kept.ts';
import { afterSign } from './after-sign.ts';
import { ExitStatus } from './exit-status.ts';
import { requireNoZoneName } from './known-zone.ts';
import { collect, optional, threadCount } from './option-values.ts';
import { examples, type Execute } from './command.ts';
import { isOneZone, selectTargets, workThrough } from './several-zones.ts';
import type { Session } from './session.ts';
import { zoneThreads, type SignZoneFile } from './zone-threads.ts';
import { signOptions, targetOfFile, targetOfZone, type SignFlags, type SignTarget } from './sign-options.ts';

/** The subcommand `sign`: its options, help and rendering. */
export function signCommand(execute: Execute): Command {
  return new Command('sign')
    .description(
      'Signs zones. Signatures of the output that are still good are kept; the input is never changed.',
    )
    .argument('[ZONEFILE...]', 'master files, - for standard input')
    .option('--all', 'every zone of the configuration')
    .option('--shard <I/N>', 'only the I-th of N parts of the zones')
    .option(
      '-z, --zone <ZONE>',
      "the zone's name (default: that of the configuration, else the owner of the SOA)",
    )
    .option('-o, --output <FILE>', 'the signed zone, - for standard output (default: ZONEFILE.signed)')
    .option('-k, --key <BASE>', 'sign with this key, whatever its times say; repeatable', collect)
    .option('--jobs <N>', 'threads (default: one a core)')
    .option('--nsec', 'deny with NSEC (default)')
    .option('--nsec3', 'deny with NSEC3')
    .option('--nsec3-iterations <N>', 'more hashing, which helps nobody (default: 0)')
    .option('--nsec3-salt <HEX>', 'a salt, which helps nobody (default: -)')
    .option('--nsec3-opt-out', 'leave delegations without DS out of the chain')
    .option('--validity <DURATION>', 'how long signatures are valid (default: 30d)')
    .option('--dnskey-validity <DURATION>', 'the same for DNSKEY, CDS and CDNSKEY')
    .option('--inception <TIME>', 'when validity begins (default: now-1h)')
    .option('--expiration <TIME>', 'when validity ends')
    .option('--jitter <DURATION>', 'by how much, at the most, validity is shortened (default: 12h)')
    .option('--refresh <DURATION>', 'make signatures anew that have less than this left (default: 10d)')
    .addOption(
      new Option('--serial <POLICY>', 'the new SOA serial (default: "unixtime")').choices([
        'keep',
        'increment',
        'unixtime',
        'date',
      ]),
    )
    .addOption(new Option('--zonemd <DIGEST>', 'add a digest of the zone').choices(['sha384', 'sha512']))
    .option('--no-cds', 'no CDS and CDNSKEY records')
    .option('--full', 'make every signature anew')
    .option(
      '--deterministic',
      'the same output from the same input, keys and times; ECDSA is slower (RFC 6979)',
    )
    .option('--verify', 'verify the whole signed zone before it is put in place')
    .option('--check', 'write nothing; exit 1 if the output would change')
    .option('--force', 'write the zone even if the rotation state proves that it breaks for somebody')
    .option('--max-ttl <TTL>', 'refuse records with a larger TTL')
    .option('--drop-out-of-zone', 'drop records outside of the zone, in place of refusing them')
    .option('--include-path <DIR>', '$INCLUDE may read below this directory as well; repeatable', collect)
    .option('--key-request <FILE>', 'sign no zone, but what this request asks the KSK for; with --response')
    .option(
      '--response <FILE>',
      'take signatures in that the KSK made ahead; where that goes, with --key-request',
    )
    .addHelpText(
      'after',
      examples(
        ['zonewright sign example.com.zone', 'writes example.com.zone.signed'],
        ['zonewright sign -o - db.example -z example.com', 'to standard output'],
        ['zonewright sign --nsec3 example.com.zone', 'with NSEC3'],
        ['zonewright sign --key-request ksr.txt --response skr.txt -K safe', 'where the KSK lives'],
        ['zonewright sign example.com.zone --response skr.txt', 'with what the KSK signed there'],
        ['zonewright sign --all --shard 2/4', 'a quarter of the configured zones'],
      ),
    )
    .action((files: string[], flags: SignFlags, command: Command) => {
      const jobs = optional(flags.jobs, threadCount);
      return execute(command, (session) => runSign(session, files, flags), { progress: true, jobs });
    });
}

async function runSign(asked: Session, files: readonly string[], flags: SignFlags): Promise<number> {
  if (flags.keyRequest !== undefined) {
    const { runKeyResponse } = await import('./key-response.ts');
    return runKeyResponse(asked, files, flags);
  }
  const session = withInputForTwo(asked);
  const targets = selectTargets<NamedTarget>(
    files,
    flags,
    session.configuration,
    (file) => ({ label: file, file, open: () => targetOfFile(file, flags, session) }),
    (settings) => ({
      label: nameToText(settings.name),
      file: settings.file,
      open: () => targetOfZone(settings),
    }),
  );
  checkTogether(targets.length, flags, session);
  const shared = targets.length === 1 ? session : withSharedLists(session);
  const threads = zoneThreads(shared.environment, targets.length, optional(flags.jobs, threadCount));
  const { status, results } = await workThrough(
    targets,
    (target, isAlone) => signOne(target, flags, shared, isAlone ? threads.signHere : threads.sign),
    session,
    {
      sizeOf: async ({ file = '-' }) => (await session.environment.files.status(file))?.size ?? 0,
      labelOf: ({ label }) => label,
    },
  ).finally(() => threads.close());
  if (session.json) await session.printResults('zonewright/sign/v1', results, isOneZone(files, flags));
  return status;
}

/** What is to be signed, whose settings may turn out not to be enough. */
interface NamedTarget {
  readonly label: string;
  readonly file: string | undefined;
  readonly open: () => SignTarget | Promise<SignTarget>;
}

/** Whose zone comes from standard input is looked up before it is read, where the configuration may have settings for it. */
function withInputForTwo(session: Session): Session {
  if (session.configuration.zones.length === 0) return session;
  return { ...session, environment: readingStdinOnce(session.environment) };
}

/** Signing makes and removes no keys, so many zones may share one look into the key directory. */
function withSharedLists(session: Session): Session {
  const { environment } = session;
  return { ...session, environment: { ...environment, files: withListsKept(environment.files) } };
}

/** What options mean for one zone only, and what excludes each other. */
function checkTogether(count: number, { output, zone, all, response }: SignFlags, { json }: Session): void {
  if (output === '-' && json) {
    throw usageError(
      'usage/conflict',
      'both the zone (-o -) and the document of --json want standard output',
      {
        hint: 'give the zone a file',
      },
    );
  }
  if (count < 2 && all !== true) return;
  const option = output !== undefined ? '--output' : zone !== undefined ? '--zone' : '--response';
  if (output !== undefined || zone !== undefined || response !== undefined) {
    throw usageError('usage/conflict', `${option} is for one zone, and several are to be signed`, {
      hint: 'configure file and output of each zone, or sign one after the other',
    });
  }
}

async function signOne(
  { open }: NamedTarget,
  flags: SignFlags,
  session: Session,
  sign: SignZoneFile,
): Promise<{ status: number; result: object }> {
  const target = await open();
  await requireNoZoneName(target.file, ({ file }) => file, session);
  const options = signOptions(target, flags, session);
  if (options.output === '-' && session.json) checkTogether(1, { ...flags, output: '-' }, session);
  const started = performance.now();
  const isNewFile =
    flags.output !== undefined && (await session.environment.files.status(options.output)) === undefined;
  const result = await sign(options);
  for (const block of result.text ?? []) await session.print(block);
  const seconds = (performance.now() - started) / 1000;
  session.talk.note(summary(result, seconds, flags.check === true));
  if (isNewFile && `${options.output}.` === result.zone) {
    session.environment.warn(
      `the file ${options.output} is the signed zone now: -o names the output here`,
      'the zone is named with -z, where that is needed at all',
    );
  }
  const served = await afterSign(result, options, session);
  const status = flags.check === true && result.changed ? ExitStatus.No : served;
  return { status, result: signDocument(result, seconds) };
}

/** The last lines on standard error. */
function summary(result: SignResult, seconds: number, isCheck: boolean): string {
  const { zone, output, changed, serial, denial, signaturesMade: made } = result;
  const done = changed
    ? `${isCheck ? 'would be signed' : 'signed'} into ${output === '-' ? 'standard output' : output}`
    : `${output} is up to date`;
  return [
    `${zone} ${done}: serial ${serial}`,
    `  ${result.records} records in ${result.rrsets} RRsets, ${result.denialRecords} ${denial.toUpperCase()}`,
    `  ${made} ${made === 1 ? 'signature' : 'signatures'} made, ${result.signaturesKept} kept, in ${seconds.toFixed(2)} s${made === 0 ? '' : ` (${rate(result, seconds)} a second)`}`,
    `  the first signature expires ${printTime(result.firstExpiration)}`,
  ].join('\n');
}

function rate({ signaturesMade }: SignResult, seconds: number): number {
  return Math.round(signaturesMade / Math.max(seconds, 0.001));
}

/** A zone in `schemas/sign.schema.json`. */
function signDocument(result: SignResult, seconds: number): object {
  const { text: _, firstExpiration, keys, ...rest } = result;
  return {
    ...rest,
    firstExpiration: printTime(firstExpiration),
    keys: keys.map((key) => ({ ...key, algorithmName: algorithmLabel(key.algorithm) })),
    seconds: Number(seconds.toFixed(3)),
    signaturesPerSecond: rate(result, seconds),
  };
}
