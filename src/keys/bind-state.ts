import { printCalendarTime, printTimestamp } from '../dns/time.ts';
import { damagedKey, readBindLines, timestampOf, type BindField } from './bind-lines.ts';

/** How far a record of a key has come into the caches of the world, in the words of BIND's key manager. */
export type BindRecordState = 'hidden' | 'rumoured' | 'omnipresent' | 'unretentive';

const RECORD_STATES: ReadonlySet<string> = new Set<BindRecordState>([
  'hidden',
  'rumoured',
  'omnipresent',
  'unretentive',
]);

/** A `.state` file: what BIND's key manager knows of a key. Times in epoch seconds, the lifetime in seconds. */
export interface BindState {
  readonly algorithm?: number;
  readonly length?: number;
  readonly lifetime?: number;
  readonly predecessor?: number;
  readonly successor?: number;
  readonly ksk?: boolean;
  readonly zsk?: boolean;
  readonly generated?: number;
  readonly published?: number;
  readonly active?: number;
  readonly retired?: number;
  readonly revoked?: number;
  readonly removed?: number;
  readonly dsPublish?: number;
  readonly dsRemoved?: number;
  readonly publishCds?: number;
  readonly deleteCds?: number;
  readonly dnskeyChange?: number;
  readonly zrrsigChange?: number;
  readonly krrsigChange?: number;
  readonly dsChange?: number;
  readonly dnskeyState?: BindRecordState;
  readonly zrrsigState?: BindRecordState;
  readonly krrsigState?: BindRecordState;
  readonly dsState?: BindRecordState;
  readonly goalState?: BindRecordState;
  /** Lines that we know nothing of, kept as they are. */
  readonly others?: readonly BindField[];
}

type Kind = 'number' | 'boolean' | 'time' | 'state';

/** The lines of the file, in the order in which BIND writes them. */
const LINES: readonly (readonly [label: string, field: Exclude<keyof BindState, 'others'>, kind: Kind])[] = [
  ['Algorithm', 'algorithm', 'number'],
  ['Length', 'length', 'number'],
  ['Lifetime', 'lifetime', 'number'],
  ['Predecessor', 'predecessor', 'number'],
  ['Successor', 'successor', 'number'],
  ['KSK', 'ksk', 'boolean'],
  ['ZSK', 'zsk', 'boolean'],
  ['Generated', 'generated', 'time'],
  ['Published', 'published', 'time'],
  ['Active', 'active', 'time'],
  ['Retired', 'retired', 'time'],
  ['Revoked', 'revoked', 'time'],
  ['Removed', 'removed', 'time'],
  ['DSPublish', 'dsPublish', 'time'],
  ['DSRemoved', 'dsRemoved', 'time'],
  ['PublishCDS', 'publishCds', 'time'],
  ['DeleteCDS', 'deleteCds', 'time'],
  ['DNSKEYChange', 'dnskeyChange', 'time'],
  ['ZRRSIGChange', 'zrrsigChange', 'time'],
  ['KRRSIGChange', 'krrsigChange', 'time'],
  ['DSChange', 'dsChange', 'time'],
  ['DNSKEYState', 'dnskeyState', 'state'],
  ['ZRRSIGState', 'zrrsigState', 'state'],
  ['KRRSIGState', 'krrsigState', 'state'],
  ['DSState', 'dsState', 'state'],
  ['GoalState', 'goalState', 'state'],
];

const LINE_OF_LABEL = new Map(LINES.map((line) => [line[0].toLowerCase(), line]));

/**
 * Reads a `.state` file.
 * @throws ZonewrightError `key/damaged`
 */
export function readBindState(text: string, file: string): BindState {
  const state: Record<string, unknown> = {};
  const others: BindField[] = [];
  for (const line of readBindLines(text, file)) {
    const known = LINE_OF_LABEL.get(line.name.toLowerCase());
    if (known === undefined) others.push(line);
    else state[known[1]] = readValue(line, known[2], file);
  }
  return others.length === 0 ? state : { ...state, others };
}

/**
 * Prints a `.state` file.
 * @param keyTag for the comment at its head
 * @param owner the zone's name in presentation form
 */
export function printBindState(state: BindState, keyTag: number, owner: string): string {
  const lines = [`; This is the state of key ${keyTag}, for ${owner}`];
  for (const [label, field] of LINES) {
    const value = state[field];
    if (value !== undefined) lines.push(`${label}: ${printValue(label, value)}`);
  }
  for (const { name, value } of state.others ?? []) lines.push(`${name}: ${value}`);
  return `${lines.join('\n')}\n`;
}

function readValue(line: BindField, kind: Kind, file: string): number | boolean | string {
  const { name, value } = line;
  switch (kind) {
    case 'time':
      return timestampOf(line, file);
    case 'number':
      if (/^\d{1,10}$/.test(value)) return Number(value);
      throw damagedKey(file, line.line, `${name} is not a number`);
    case 'boolean':
      if (/^(yes|no)$/i.test(value)) return value.toLowerCase() === 'yes';
      throw damagedKey(file, line.line, `${name} is neither yes nor no`);
    case 'state':
      if (RECORD_STATES.has(value.toLowerCase())) return value.toLowerCase();
      throw damagedKey(file, line.line, `${name} is none of ${[...RECORD_STATES].join(', ')}`);
  }
}

function printValue(label: string, value: number | boolean | string): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const isTime = LINE_OF_LABEL.get(label.toLowerCase())?.[2] === 'time';
  return isTime && typeof value === 'number'
    ? `${printTimestamp(value)} (${printCalendarTime(value)})`
    : String(value);
}
