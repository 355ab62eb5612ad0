import type { KeyFormatWorld } from './world.ts';

/** A way of a key from one program to the other, and how it is shown that it arrived. */
export interface KeyFormatPath {
  readonly direction: 'import' | 'export';
  /** The form in which it travels. */
  readonly form: string;
  /** The programs of the peer. */
  readonly programs: readonly string[];
  /** Who makes or takes it, for the table. */
  readonly peer: string;
  /** What is shown. */
  readonly proof: string;
  readonly algorithms: readonly number[];
  /** Goes the way with a new key. Throws where it breaks. */
  readonly go: (algorithm: number, world: KeyFormatWorld) => Promise<void>;
}

export const ALL = [8, 10, 13, 14, 15, 16] as const;
export const WITHOUT_EDDSA = [8, 10, 13, 14] as const;
export const EDDSA = [15, 16] as const;
export const EC = [13, 14] as const;
export const RSA = [8, 10] as const;

export const MNEMONICS: Readonly<Record<number, string>> = {
  8: 'RSASHA256',
  10: 'RSASHA512',
  13: 'ECDSAP256SHA256',
  14: 'ECDSAP384SHA384',
  15: 'ED25519',
  16: 'ED448',
};

export const isEddsa = (algorithm: number): boolean => algorithm > 14;
export const isRsa = (algorithm: number): boolean => algorithm === 8 || algorithm === 10;
