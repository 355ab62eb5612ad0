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

// The rules of `dnssec-signzone -S`, later ones stronger: publish, activate (which publishes, unless a publication time says
// otherwise), inactive, revoke (a published revoked key must sign, RFC 5011 section 2.1), delete.

/** Whether the key's DNSKEY belongs into the zone at `now`. */
export function isPublished(timing: KeyTiming, now: number): boolean {
  if (isUntimed(timing)) return true;
  if (isPast(timing.delete, now)) return false;
  return timing.publish === undefined ? signsByTime(timing, now) : timing.publish <= now;
}

/** Whether the key signs at `now`. */
export function isActive(timing: KeyTiming, now: number): boolean {
  if (isUntimed(timing)) return true;
  if (isPast(timing.delete, now)) return false;
  return signsByTime(timing, now) || isRevoked(timing, now);
}

/** Whether the key is published with its REVOKE bit set at `now`. */
export function isRevoked(timing: KeyTiming, now: number): boolean {
  return isPast(timing.revoke, now) && isPublished(timing, now);
}

function signsByTime(timing: KeyTiming, now: number): boolean {
  return isPast(timing.activate, now) && !isPast(timing.inactive, now);
}

function isPast(time: number | undefined, now: number): boolean {
  return time !== undefined && time <= now;
}
