import { nameToText } from '../../dns/name.ts';
import type { SourceLocation } from '../../errors.ts';
import { typeName } from '../../rr/registry.ts';
import type { RecordStore } from '../record-store.ts';
import type { Zone } from '../zone.ts';
import type { Severity, ZoneCheck } from './check.ts';

const DEFAULT_LIMIT = 100;

/** Something in a zone that breaks a rule, or makes one doubt. */
export interface ZoneProblem {
  /** Stable, for scripts. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly location: SourceLocation | undefined;
  readonly owner: string;
  readonly type: string | undefined;
  readonly hint: string | undefined;
  /** The RFC section that has the rule. */
  readonly reference: string;
  /** How many more problems of this code were found and are not in the list. */
  readonly more?: number;
}

/** Collects the problems of one code, up to a limit. */
export class ProblemList {
  readonly #check: Omit<ZoneCheck, 'find' | 'rule'>;
  readonly #store: RecordStore;
  readonly #origin: Uint8Array;
  readonly #limit: number;
  /** Some record that was read from the file, for what concerns the zone as a whole; or -1. */
  readonly #anyRecord: number;
  readonly #problems: ZoneProblem[] = [];
  #more = 0;

  constructor(
    check: Omit<ZoneCheck, 'find' | 'rule'>,
    store: RecordStore,
    origin: Uint8Array,
    limit = DEFAULT_LIMIT,
    zone?: Zone,
  ) {
    this.#check = check;
    this.#store = store;
    this.#origin = origin;
    this.#limit = limit;
    this.#anyRecord = zone?.records.find((record) => store.lines[record]! > 0) ?? -1;
  }

  add(record: number, message: string, type?: number): void {
    if (this.#problems.length >= this.#limit) {
      this.#more++;
      return;
    }
    const { code, severity, reference, hint } = this.#check;
    const store = this.#store;
    const place = record < 0 ? this.#anyRecord : record;
    const shownType = type ?? (record < 0 ? undefined : store.types[record]!);
    this.#problems.push({
      code,
      severity,
      message,
      location: (place < 0 ? undefined : store.locationOf(place)) ?? store.startLocation(),
      owner: nameToText(record < 0 ? this.#origin : store.names.view(store.owners[record]!)),
      type: shownType === undefined ? undefined : typeName(shownType),
      hint,
      reference,
    });
  }

  problems(): ZoneProblem[] {
    const last = this.#problems.at(-1);
    if (last === undefined || this.#more === 0) return this.#problems;
    return [...this.#problems.slice(0, -1), { ...last, more: this.#more }];
  }
}
