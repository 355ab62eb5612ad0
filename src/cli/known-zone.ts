import { configuredZone, type ZoneSettings } from '../commands/configuration.ts';
import { hasKeysHere } from '../commands/keys-here.ts';
import { listPublicKeys } from '../commands/public-keys.ts';
import { hasState } from '../commands/state-file.ts';
import { zonesWithKeys } from '../commands/zones-with-keys.ts';
import { nameToText } from '../dns/name.ts';
import { environmentError, usageError, ZonewrightError } from '../errors.ts';
import { closestWord } from '../io/closest-word.ts';
import type { Session } from './session.ts';

/**
 * Refuses what would make keys by a slip of the fingers or in the wrong directory: a zone of which nothing is known where others are configured or
 * have keys, and one whose keys are in the working directory. Where `isNew`, somebody has said that the zone is to begin with new keys.
 * @throws ZonewrightError `usage/unknown-zone`, `usage/keys-elsewhere`
 */
export async function requireKnownZone(
  { name }: ZoneSettings,
  isNew: boolean,
  { configuration, keyDirectory, environment }: Session,
): Promise<void> {
  const { files } = environment;
  if (await hasState(keyDirectory, name, environment)) return;
  if ((await listPublicKeys(keyDirectory, name, files)).length > 0) return;
  const zone = nameToText(name);
  if (!isNew && (await hasKeysHere(name, files))) {
    throw usageError(
      'usage/keys-elsewhere',
      `${zone} has no keys in ${keyDirectory}, but has some in the working directory`,
      { hint: 'to go on with those, add "-K ."; to begin with new ones, --enable' },
    );
  }
  if (configuredZone(configuration, name) !== undefined) return;
  const configured = configuration.zones.map((settings) => settings.name);
  if (configured.length > 0)
    throw unknownZone(
      zone,
      `is not configured, and has no keys in ${keyDirectory}`,
      configured,
      'list it under "zones" in the configuration',
    );
  const others = isNew ? [] : await zonesWithKeys(keyDirectory, files);
  if (others.length > 0)
    throw unknownZone(
      zone,
      `has no keys in ${keyDirectory}, where others have`,
      others,
      'to begin to sign it, add --enable',
    );
}

function unknownZone(
  zone: string,
  what: string,
  others: readonly Uint8Array[],
  hint: string,
): ZonewrightError {
  const closest = closestWord(
    zone,
    others.map((other) => nameToText(other)),
  );
  return usageError('usage/unknown-zone', `${zone} ${what}`, {
    hint: closest === undefined ? hint : `did you mean ${closest}? Else ${hint}`,
  });
}

/** The failure of a run over a zone of which nothing is known, with the name that may have been meant. */
export async function withClosestZone(
  error: unknown,
  name: Uint8Array,
  { configuration, keyDirectory, environment }: Session,
): Promise<unknown> {
  if (!(error instanceof ZonewrightError) || error.code !== 'status/unknown-zone') return error;
  const known = [
    ...configuration.zones.map((settings) => settings.name),
    ...(await zonesWithKeys(keyDirectory, environment.files)),
  ];
  const closest = closestWord(
    nameToText(name),
    known.map((other) => nameToText(other)),
  );
  if (closest === undefined) return error;
  const { kind, code, message, hint = '' } = error;
  return new ZonewrightError(kind, code, message, { hint: `did you mean ${closest}? Else ${hint}` });
}

/**
 * Says which file is meant where somebody names a configured zone instead of its file.
 * @throws ZonewrightError `file/not-found`
 */
export async function requireNoZoneName(
  file: string,
  fileOf: (settings: ZoneSettings) => string | undefined,
  { configuration, environment }: Session,
): Promise<void> {
  if (file === '-' || (await environment.files.status(file)) !== undefined) return;
  const isMeant = ({ name }: ZoneSettings): boolean =>
    nameToText(name).replace(/(.)\.$/, '$1') === file.toLowerCase().replace(/(.)\.$/, '$1');
  const settings = configuration.zones.find(isMeant);
  if (settings === undefined) return;
  const meant = fileOf(settings);
  throw environmentError(
    'file/not-found',
    `${file} is a zone of the configuration, and no file has that name`,
    {
      hint: meant === undefined ? 'name the file of the zone' : `its file is ${meant}: name that`,
    },
  );
}
