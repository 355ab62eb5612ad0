import type { ZoneSettings } from '../commands/configuration.ts';
import type { ParentSource } from '../commands/parent-view.ts';

/** How to look at a zone's parent: at the servers of the command line, else at those of the configuration. */
export function parentSource(settings: ZoneSettings, servers: readonly string[] | undefined): ParentSource {
  return { servers: servers ?? settings.parentServers, trustAnchor: settings.parentTrustAnchor };
}
