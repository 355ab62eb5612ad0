import type { TypeDefinition } from './define-type.ts';
import { basicTypes } from './types/basic.ts';
import { dnssecTypes } from './types/dnssec.ts';
import { mailTypes } from './types/mail.ts';
import { networkTypes } from './types/network.ts';
import { obsoleteTypes } from './types/obsolete.ts';
import { securityTypes } from './types/security.ts';
import { serviceTypes } from './types/service.ts';

export { Class, className, findClass, findType, printTypeName, Type, typeName } from './mnemonics.ts';

/** Every defined type. */
export const typeDefinitions: readonly TypeDefinition[] = [
  ...basicTypes,
  ...dnssecTypes,
  ...securityTypes,
  ...serviceTypes,
  ...mailTypes,
  ...networkTypes,
  ...obsoleteTypes,
];

const DEFINITIONS = new Array<TypeDefinition | undefined>(0x10000).fill(undefined);
for (const definition of typeDefinitions) DEFINITIONS[definition.code] = definition;

/** The definition of a type, undefined for an unknown one. */
export function typeByCode(code: number): TypeDefinition | undefined {
  return DEFINITIONS[code];
}

/** Whether canonical form lower-cases names in the RDATA of this type (RFC 4034 section 6.2, RFC 6840 section 5.1). */
export function hasLowerCaseNames(code: number): boolean {
  return DEFINITIONS[code]?.lowerCaseNames === true;
}

/** Whether the type has no place in a zone: OPT and the codes 128 to 255 (RFC 6895 section 3.1). */
export function isMetaType(code: number): boolean {
  return (code >= 128 && code <= 255) || code === 41;
}
