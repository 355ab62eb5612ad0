import type { TargetStatus } from '../target-lookup.ts';
import type { Zone } from '../zone.ts';

export type Severity = 'error' | 'warning';

export interface ZoneCheckOptions {
  /** Largest TTL that is allowed, in seconds. */
  readonly maxTtl?: number;
  /** How many problems of one code are listed; the last one says how many more there are. 100 by default. */
  readonly limit?: number;
}

/** One rule about whole zones. */
export interface ZoneCheck {
  readonly code: string;
  /** What must hold, as a sentence without its period. */
  readonly rule: string;
  readonly severity: Severity;
  readonly reference: string;
  readonly hint?: string;
  readonly find: (zone: Zone, report: Report, context: CheckContext) => void;
}

/** What checks share. */
export interface CheckContext extends ZoneCheckOptions {
  /** Name servers of the apex and of delegations that the zone says something bad about. */
  readonly nameServerFaults: () => readonly NameServerFault[];
}

export interface NameServerFault {
  /** The NS record, and the rank of its owner. */
  readonly record: number;
  readonly rank: number;
  readonly status: TargetStatus;
  /** The rank of the delegation at or above the name server, or -1. */
  readonly cut: number;
}

/** Takes a problem with a record, or with the apex (record -1), where something of `type` is missing. */
export type Report = (record: number, message: string, type?: number) => void;
