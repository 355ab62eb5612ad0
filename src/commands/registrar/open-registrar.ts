import type { RegistrarSettings } from '../configuration.ts';
import type { NotifyEnvironment } from '../notify/targets.ts';
import type { Registrar } from './registrar.ts';

/**
 * The registrar that the configuration names: the one table of them.
 * @throws ZonewrightError `registrar/no-token`, `secret/*`, `file/*`
 */
export async function openRegistrar(
  settings: RegistrarSettings,
  environment: NotifyEnvironment,
): Promise<Registrar> {
  switch (settings.type) {
    case 'dnsimple':
      return (await import('./dnsimple.ts')).dnsimple(settings, environment);
    case 'command':
      return (await import('./command.ts')).commandRegistrar(settings, environment);
  }
}
