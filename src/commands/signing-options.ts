import type { Denial } from '../dnssec/denial.ts';
import type { SerialPolicy } from '../dnssec/serial-policy.ts';
import type { RecordOptions } from './publication-record.ts';
import type { KeySelection } from './signing-keys.ts';

/** What is to be signed, with what, and how. */
export interface SignOptions extends KeySelection, RecordOptions {
  /** The master file, `-` for standard input. */
  readonly zoneFile: string;
  /** The zone's name in wire form; without it, the owner of the SOA. */
  readonly zone?: Uint8Array | undefined;
  /** Where the signed zone goes, `-` for standard output. */
  readonly output: string;
  readonly denial: Denial;
  /** Seconds from now to the expiration. */
  readonly validity: number;
  /** The same for DNSKEY, CDS and CDNSKEY; without it, as `validity`. */
  readonly dnskeyValidity?: number | undefined;
  /** Epoch seconds; without it, `inceptionOffset` before now. */
  readonly inception?: number | undefined;
  readonly inceptionOffset: number;
  /** Epoch seconds; beats `validity`. */
  readonly expiration?: number | undefined;
  readonly jitter: number;
  readonly refresh: number;
  readonly serial: SerialPolicy;
  readonly zonemd?: 1 | 2 | undefined;
  /** Sign everything anew. */
  readonly full?: boolean | undefined;
  /** Make the same signatures from the same input, keys and times. */
  readonly deterministic?: boolean | undefined;
  /** A file of signatures that a KSK made ahead, to be taken in. */
  readonly response?: string | undefined;
  /** Sign what the output has, and not the master file: an edit there waits. */
  readonly asPublished?: boolean | undefined;
  /** Verify everything that was signed before it is put in place. */
  readonly verify?: boolean | undefined;
  /** Write nothing. */
  readonly check?: boolean | undefined;
  readonly maxTtl?: number | undefined;
  readonly dropOutOfZone?: boolean | undefined;
  readonly includePaths?: readonly string[] | undefined;
  readonly defaultTtl?: number | undefined;
}
