import { settingsOfZone } from '../commands/configuration.ts';
import { answerKeyRequest, zoneOfBundles } from '../commands/key-response.ts';
import type { KeyRequestResult } from '../commands/key-request.ts';
import { printTime } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import { ExitStatus } from './exit-status.ts';
import type { Session } from './session.ts';
import type { SignFlags } from './sign-options.ts';

/** `sign --key-request FILE --response FILE`: signs where the KSK is. */
export async function runKeyResponse(
  session: Session,
  zoneFiles: readonly string[],
  { keyRequest: requestFile, response: responseFile, ...flags }: SignFlags,
): Promise<number> {
  if (requestFile === undefined || responseFile === undefined) {
    throw usageError('usage/missing-argument', '--key-request needs --response, the file for the signatures');
  }
  if (zoneFiles.length > 0 || flags.all === true || flags.output !== undefined) {
    throw usageError('usage/conflict', '--key-request signs no zone: leave the zone file out');
  }
  const { environment, configuration, keyDirectory } = session;
  const zone = zoneOfBundles(await environment.files.readText(requestFile), requestFile);
  const { policy } = settingsOfZone(configuration, zone);
  const result = await answerKeyRequest({ requestFile, responseFile, keyDirectory, policy }, environment);
  const { bundles, from, until, keys, requestDigest, digest } = result;
  if (session.json) {
    await session.printDocument({
      schema: 'zonewright/key-response/v1',
      ...result,
      from: printTime(from),
      until: printTime(until),
    });
  }
  session.talk.note(
    [
      `${result.zone} ${bundles} bundles signed into ${responseFile} by ${keys.join(', ')}`,
      `  from ${printTime(from)}, the last signature expires ${printTime(until)}`,
      `  SHA-256 of the request:  ${requestDigest}`,
      `  SHA-256 of the response: ${digest}`,
    ].join('\n'),
  );
  return ExitStatus.Success;
}

/** What `rotate --key-request` says of the file that it wrote. */
export function keyRequestText({
  zone,
  file,
  versions,
  bundles,
  until,
  madeKeys,
  digest,
}: KeyRequestResult): string {
  const made = madeKeys.length === 0 ? [] : [`${zone} made for it: ${madeKeys.join(', ')}`];
  return [
    ...made,
    `${zone} request in ${file}: ${bundles} bundles for ${versions} versions of the DNSKEY RRset, until ${printTime(until)}`,
    `${zone} SHA-256 of the request: ${digest}`,
    '',
  ].join('\n');
}

/** The document of the same. */
export function keyRequestDocument({ until, ...rest }: KeyRequestResult): {
  readonly schema: string;
  readonly [part: string]: unknown;
} {
  return { schema: 'zonewright/key-request/v1', ...rest, until: printTime(until) };
}
