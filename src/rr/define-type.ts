import type { Cursor } from '../dns/cursor.ts';
import type { Field } from './field.ts';
import { Type, type TypeMnemonic } from './mnemonics.ts';

/** What is particular about a type beside its fields. */
export interface TypeTraits {
  /** Canonical form writes the names in its RDATA in lower case (RFC 4034 section 6.2, RFC 6840 section 5.1). */
  readonly lowerCaseNames?: true | undefined;
  /** An owner has one record of it at the most. */
  readonly singleton?: true | undefined;
  /** Its reference calls it obsolete, or never left the experiment. */
  readonly obsolete?: true | undefined;
  /** Checks what no field can see alone; throws like a field. */
  readonly check?: ((rdata: Cursor) => void) | undefined;
}

/** An RR type: how its RDATA is built. */
export interface TypeDefinition extends TypeTraits {
  readonly code: number;
  /** Where its RDATA is defined. */
  readonly reference: string;
  /** Undefined for a type without presentation format of its own, whose RDATA is written as RFC 3597 has it. */
  readonly fields: readonly Field[] | undefined;
}

/** Defines the type of this mnemonic, `_` for `-`. */
export function defineType(
  mnemonic: TypeMnemonic,
  reference: string,
  fields?: readonly Field[],
  { lowerCaseNames, singleton, obsolete, check }: TypeTraits = {},
): TypeDefinition {
  // All of the same shape, whatever their traits: the code that reads and prints records is compiled for one shape.
  return { code: Type[mnemonic], reference, fields, lowerCaseNames, singleton, obsolete, check };
}
