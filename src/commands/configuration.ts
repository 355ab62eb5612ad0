import { canonicalName, sameName } from '../dns/name.ts';
import { DEFAULT_POLICY, type Policy } from '../rollover/policy.ts';
import type { PolicyDocument } from './configured-policy.ts';

/** What a configuration file says, after it was found to follow `schemas/config.schema.json`. */
export interface ConfigurationDocument {
  readonly keyDirectory?: string;
  readonly policies?: Readonly<Record<string, PolicyDocument>>;
  readonly zones?: Readonly<Record<string, ZoneDocument>>;
  readonly notify?: readonly Notification<Duration>[];
  readonly afterSign?: readonly string[];
}

/** Number of seconds, or text. */
export type Duration = string | number;

interface ZoneDocument {
  readonly file?: string;
  readonly output?: string;
  readonly policy?: string;
  readonly servers?: readonly string[];
  readonly parent?: {
    readonly servers?: readonly string[];
    readonly trustAnchor?: string;
    readonly followsCds?: boolean;
  };
  readonly registrar?: RegistrarSettings<Duration>;
}

/** Who sets the DS at the parent. A `Time` is a number of seconds once it was resolved. */
export type RegistrarSettings<Time = number> = { readonly timeout?: Time } & (
  | {
      readonly type: 'dnsimple';
      readonly account: string | number;
      readonly tokenFile?: string;
      readonly tokenVariable?: string;
      readonly url?: string;
    }
  | { readonly type: 'command'; readonly argv: readonly string[] }
);

/** Somebody who is told of events. */
export type Notification<Time = number> = {
  /** What he is called in messages and in the state, in place of his address. */
  readonly name?: string;
  readonly events?: readonly string[];
  readonly timeout?: Time;
} & (
  | { readonly type: 'webhook'; readonly url: string; readonly secretFile?: string }
  | {
      readonly type: 'email';
      readonly to: string;
      readonly from: string;
      readonly smtp?: string;
      readonly passwordFile?: string;
      readonly sendmail?: string;
    }
  | { readonly type: 'command'; readonly argv: readonly string[] }
);

/** What holds for one zone. */
export interface ZoneSettings {
  /** In canonical wire form. */
  readonly name: Uint8Array;
  /** The master file and where its signed form goes, where the configuration says so. */
  readonly file?: string;
  readonly output?: string;
  readonly policyName: string;
  readonly policy: Policy;
  /** Name servers of the parent zone; none where they are to be looked up. */
  readonly parentServers: readonly string[];
  /** A file with DS or DNSKEY records of the parent zone that are trusted. */
  readonly parentTrustAnchor?: string;
  /** Whether the parent takes the DS from the CDS or CDNSKEY records of the zone. */
  readonly parentFollowsCds?: boolean;
  /** Name servers of the zone itself; they are looked up where this is missing. */
  readonly servers?: readonly string[];
  readonly registrar?: RegistrarSettings;
}

/** The settings that are in force: of a configuration file, completed by the defaults. */
export interface Configuration {
  /** The file they come from, if there is one, and what it says. */
  readonly file?: string;
  readonly document?: ConfigurationDocument;
  readonly keyDirectory: string;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The configured zones, in the order of the file. */
  readonly zones: readonly ZoneSettings[];
  readonly notify: readonly Notification[];
  readonly afterSign: readonly string[] | undefined;
}

export const DEFAULT_KEY_DIRECTORY = 'keys';
export const DEFAULT_POLICY_NAME = 'default';

/** The settings without any configuration file. */
export const DEFAULT_CONFIGURATION: Configuration = {
  keyDirectory: DEFAULT_KEY_DIRECTORY,
  policies: new Map([[DEFAULT_POLICY_NAME, DEFAULT_POLICY]]),
  zones: [],
  notify: [],
  afterSign: undefined,
};

/** The settings of a zone if the configuration names it. */
export function configuredZone(configuration: Configuration, zone: Uint8Array): ZoneSettings | undefined {
  const name = canonicalName(zone);
  return configuration.zones.find((settings) => sameName(settings.name, name));
}

/** The settings of a zone, configured or not. */
export function settingsOfZone(configuration: Configuration, zone: Uint8Array): ZoneSettings {
  return (
    configuredZone(configuration, zone) ?? {
      name: canonicalName(zone),
      policyName: DEFAULT_POLICY_NAME,
      policy: configuration.policies.get(DEFAULT_POLICY_NAME) ?? DEFAULT_POLICY,
      parentServers: [],
    }
  );
}

/** Where the signed zone is that is served, as far as the configuration says which file is signed. */
export function servedFile({ file, output }: Pick<ZoneSettings, 'file' | 'output'>): string | undefined {
  return output ?? (file === undefined ? undefined : `${file}.signed`);
}
