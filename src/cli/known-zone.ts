import { configuredZone, type ZoneSettings } from '../commands/configuration.ts';
import { listPublicKeys } from '../commands/public-keys.ts';
import { hasState } from '../commands/state-file.ts';
import { nameToText } from '../dns/name.ts';
import { usageError } from '../errors.ts';
import { closestWord } from '../io/closest-word.ts';
import type { Session } from './session.ts';

/**
 * Refuses a zone of which nothing is known where others are configured: else a slip of the fingers would make keys.
 * @throws ZonewrightError `usage/unknown-zone`
 */
export async function requireKnownZone({ name }: ZoneSettings, session: Session): Promise<void> {
  const { configuration, keyDirectory, environment } = session;
  if (configuration.zones.length === 0 || configuredZone(configuration, name) !== undefined) return;
  if (await hasState(keyDirectory, name, environment)) return;
  if ((await listPublicKeys(keyDirectory, name, environment.files)).length > 0) return;
  const zone = nameToText(name);
  const closest = closestWord(
    zone,
    configuration.zones.map((settings) => nameToText(settings.name)),
  );
  throw usageError('usage/unknown-zone', `${zone} is not configured, and has no keys in ${keyDirectory}`, {
    hint: closest === undefined ? 'list it under "zones" in the configuration' : `did you mean ${closest}?`,
  });
}
