import { Type } from '../rr/registry.ts';

/** The types that KSKs sign, in the order in which they are written; ZSKs sign all others. */
export const KEY_TYPES: readonly number[] = [Type.DNSKEY, Type.CDS, Type.CDNSKEY];

/** Whether KSKs sign this type. */
export function isKeyType(type: number): boolean {
  return type === Type.DNSKEY || type === Type.CDS || type === Type.CDNSKEY;
}
