import type { ExportFormat } from '../commands/export-formats.ts';
import { parseTimeOrNone } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import { ROLES, type Role } from '../keys/roles.ts';
import type { KeyTimingChange } from '../keys/timing.ts';
import { ofOption, ttlValue } from './option-values.ts';

/** The options of `keygen`, as commander has them. */
export interface KeygenFlags {
  readonly role?: string;
  /** BIND's spelling of the role. */
  readonly f?: string;
  readonly algorithm?: string;
  readonly bits?: string;
  readonly ttl?: string;
  readonly spare?: true;
  readonly settime?: string;
  readonly successor?: string;
  readonly interval?: string;
  readonly publish?: string;
  readonly activate?: string;
  readonly revoke?: string;
  readonly inactive?: string;
  readonly delete?: string;
  readonly pkcs11?: string;
  readonly import?: string;
  readonly export?: ExportFormat;
  readonly output?: string;
  readonly encrypt?: true;
  readonly plain?: true;
  readonly newPassphraseFile?: string;
  readonly newPassphraseCommand?: string;
}

/** The role that the options name, in any letter case. */
export function roleOf({ role, f }: KeygenFlags): Role | undefined {
  const [first, ...others] = [role, f].filter((text) => text !== undefined).map(readRole);
  if (others.every((other) => other === first)) return first;
  throw usageError('usage/conflict', '--role and -f name different roles');
}

function readRole(text: string): Role {
  const role = ROLES.find((name) => name === text.toLowerCase());
  if (role !== undefined) return role;
  throw usageError('usage/role', `"${text}" is no role of a key`, {
    hint: `choose from ${ROLES.join(', ')}`,
  });
}

/** The times that the options set. */
export function timingOf(flags: KeygenFlags, now: number): KeyTimingChange {
  const timing: { -readonly [time in keyof KeyTimingChange]: KeyTimingChange[time] } = {};
  for (const time of ['publish', 'activate', 'revoke', 'inactive', 'delete'] as const) {
    const value = ofOption(`--${time}`, flags[time], (text) => parseTimeOrNone(text, now));
    if (value !== undefined) timing[time] = value;
  }
  return timing;
}

/** The TTL that the options set; null for none. */
export function ttlOf(flags: KeygenFlags): { ttl?: number | null } {
  const ttl = ofOption('--ttl', flags.ttl, (text) => (/^(none|0)$/i.test(text) ? null : ttlValue(text)));
  return ttl === undefined ? {} : { ttl };
}

/** Whether private keys are to be encrypted, where the options say it. */
export function encryptionOf({ encrypt, plain }: KeygenFlags): { encrypt?: boolean } {
  if (encrypt !== undefined && plain !== undefined) {
    throw usageError('usage/conflict', '--encrypt and --plain exclude each other');
  }
  if (encrypt === undefined && plain === undefined) return {};
  return { encrypt: encrypt === true };
}
