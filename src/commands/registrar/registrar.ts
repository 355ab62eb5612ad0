import type { RegistrarSettings } from '../configuration.ts';
import type { NotifyEnvironment } from '../notify/targets.ts';

/** A DS record as a registrar is told of it. */
export interface DsToRegister {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  /** In hexadecimal. */
  readonly digest: string;
  /** The public key of its DNSKEY in base64: some registries make the DS themselves. */
  readonly publicKey: string;
}

/** A DS record that a registrar has. One that keeps keys may know no digest; one that keeps DS, no key. */
export type RegisteredDs = {
  /** What the registrar calls it. */
  readonly id: string;
  readonly algorithm: number;
} & (
  | { readonly keyTag: number; readonly digestType: number; readonly digest: string }
  | { readonly publicKey: string }
);

/** Something that a registrar can be asked to do. */
export interface RegistrarCall {
  /** The call as `--dry-run` shows it, without secrets. */
  readonly text: string;
  /** Makes the call. Made twice, it does no harm. */
  readonly make: () => Promise<void>;
}

/**
 * Somebody who sets the DS of zones at their parent. All that another registrar needs is one file with these three, and a line in the table of
 * `open-registrar.ts`.
 *
 * Failures are environment errors `registrar/*`, `http/*` or `program/*`; no message has a secret in it.
 */
export interface Registrar {
  /** What it is called in messages and in the state. */
  readonly name: string;
  /** @param zone the zone's name as text, without the last dot */
  list(zone: string): Promise<readonly RegisteredDs[]>;
  add(zone: string, ds: DsToRegister): RegistrarCall;
  remove(zone: string, ds: RegisteredDs): RegistrarCall;
}

/** What names a registrar in messages and in the state. */
export function registrarName(settings: RegistrarSettings): string {
  return settings.type === 'dnsimple'
    ? `registrar dnsimple ${settings.account}`
    : `registrar ${settings.argv[0] ?? ''}`;
}

/** Makes the registrar of a type from its settings. */
export type RegistrarFactory<Type extends RegistrarSettings['type']> = (
  settings: Extract<RegistrarSettings, { type: Type }>,
  environment: NotifyEnvironment,
) => Promise<Registrar>;
