/** When what happens to a key, in epoch seconds. A time that was never set is absent. */
export interface KeyTiming {
  readonly created?: number;
  readonly publish?: number;
  readonly activate?: number;
  readonly revoke?: number;
  readonly inactive?: number;
  readonly delete?: number;
  /** When the DS was submitted to the parent. */
  readonly dsPublish?: number;
  /** When CDS and CDNSKEY records appear and go away. */
  readonly syncPublish?: number;
  readonly syncDelete?: number;
}

export type KeyTime = keyof KeyTiming;

/** The names of the times in `.key` and `.private` files, in the order in which BIND writes them. */
export const KEY_TIME_LABELS: readonly (readonly [KeyTime, string])[] = [
  ['created', 'Created'],
  ['publish', 'Publish'],
  ['activate', 'Activate'],
  ['revoke', 'Revoke'],
  ['inactive', 'Inactive'],
  ['delete', 'Delete'],
  ['dsPublish', 'DSPublish'],
  ['syncPublish', 'SyncPublish'],
  ['syncDelete', 'SyncDelete'],
];

const TIME_OF_LABEL = new Map(KEY_TIME_LABELS.map(([time, label]) => [label.toLowerCase(), time]));

/** The time that a label in a key file stands for, letter case aside. */
export function keyTimeOfLabel(label: string): KeyTime | undefined {
  return TIME_OF_LABEL.get(label.toLowerCase());
}

/** Times to set, and times to take away (null). */
export type KeyTimingChange = { readonly [time in KeyTime]?: number | null };

/** The timing after a change. */
export function changeTiming(timing: KeyTiming, change: KeyTimingChange): KeyTiming {
  const result: { -readonly [time in KeyTime]?: number } = {};
  for (const [time] of KEY_TIME_LABELS) {
    const value = change[time] === undefined ? timing[time] : change[time];
    if (value !== undefined && value !== null) result[time] = value;
  }
  return result;
}

/** Whether no time was ever set. Such keys, from before there were times, are always published and active. */
export function isUntimed(timing: KeyTiming): boolean {
  return KEY_TIME_LABELS.every(([time]) => timing[time] === undefined);
}

/** What BIND's key manager says of a key's records, where it says something: whether they are on their way in, or there. */
export interface RecordPresence {
  readonly dnskey?: boolean | undefined;
  readonly signatures?: boolean | undefined;
}

/** What a key is good for at a time. */
export interface KeyUse {
  /** Its DNSKEY belongs into the zone. */
  readonly published: boolean;
  /** It signs. */
  readonly active: boolean;
  /** It is published with its REVOKE bit set, and so has to sign (RFC 5011 section 2.1). */
  readonly revoked: boolean;
}

const UNUSED: KeyUse = { published: false, active: false, revoked: false };

/**
 * What a key is good for at `now`, by the rules of `dnssec-signzone -S`, later ones stronger: publish; activate, which publishes too
 * where there is no time of publication; inactive; revoke; delete. What the key manager says of a record counts before its times.
 */
export function keyUse(timing: KeyTiming, now: number, { dnskey, signatures }: RecordPresence = {}): KeyUse {
  const isPast = (time: number | undefined): boolean => time !== undefined && time <= now;
  if (isUntimed(timing)) return { published: dnskey ?? true, active: signatures ?? true, revoked: false };
  if (dnskey === false || (dnskey === undefined && isPast(timing.delete))) return UNUSED;
  const signs = signatures ?? (isPast(timing.activate) && !isPast(timing.inactive));
  const published = dnskey ?? (timing.publish === undefined ? signs : isPast(timing.publish));
  const revoked = published && isPast(timing.revoke);
  return { published, active: signs || revoked, revoked };
}

/** Whether the key's DNSKEY belongs into the zone at `now`, by its times alone. */
export function isPublished(timing: KeyTiming, now: number): boolean {
  return keyUse(timing, now).published;
}

/** Whether the key signs at `now`, by its times alone. */
export function isActive(timing: KeyTiming, now: number): boolean {
  return keyUse(timing, now).active;
}

/** Whether the key is published with its REVOKE bit set at `now`, by its times alone. */
export function isRevoked(timing: KeyTiming, now: number): boolean {
  return keyUse(timing, now).revoked;
}
