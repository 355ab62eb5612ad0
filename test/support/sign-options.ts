import type { SignOptions } from '../../src/commands/signing-options.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';

const DAY = 86400;

/** How the zone in `DIRECTORY/zone` is signed with `DIRECTORY/keys`: equal input gives equal output. */
export function plainSignOptions(directory: string): SignOptions {
  return {
    zoneFile: `${directory}/zone`,
    output: `${directory}/zone.signed`,
    keyDirectory: `${directory}/keys`,
    keyLayout: 'split',
    denial: { kind: 'nsec' },
    validity: 30 * DAY,
    inceptionOffset: 3600,
    jitter: 0,
    refresh: 10 * DAY,
    serial: 'increment',
    cds: true,
    dnskeyTtl: 3600,
    policy: DEFAULT_POLICY,
    isServedFile: true,
  };
}
