import { algorithmMutants } from './mutants/algorithms.ts';
import { contentMutants } from './mutants/content.ts';
import { zonemdMutants } from './mutants/digest.ts';
import { keyMutants } from './mutants/keys.ts';
import { nsecMutants } from './mutants/nsec.ts';
import { nsec3Mutants } from './mutants/nsec3.ts';
import { optOutMutants } from './mutants/opt-out.ts';
import { requestMutants } from './mutants/requests.ts';
import { rsaKeyMutants } from './mutants/rsa-keys.ts';
import { signatureMutants } from './mutants/signatures.ts';
import { contentWithRequests, type MutantGroup } from './mutants/world.ts';
import { NSEC, NSEC3, OPT_OUT } from './sign-text.ts';

const ALL: MutantGroup['denials'] = [
  ['NSEC', NSEC],
  ['NSEC3', NSEC3],
  ['NSEC3 with opt-out', OPT_OUT],
];

/** Every way to damage a signed zone. */
export const MUTANTS: readonly MutantGroup[] = [
  { title: 'signatures', mutants: signatureMutants, denials: ALL },
  { title: 'keys', mutants: keyMutants, denials: ALL },
  { title: 'keys of RSA', mutants: rsaKeyMutants, denials: ALL.slice(0, 1), algorithm: 8 },
  { title: 'requests to the parent', mutants: requestMutants, denials: ALL, content: contentWithRequests },
  { title: 'content', mutants: contentMutants, denials: ALL },
  { title: 'an NSEC chain', mutants: nsecMutants, denials: ALL.slice(0, 1) },
  { title: 'an NSEC3 chain', mutants: nsec3Mutants, denials: ALL.slice(1) },
  { title: 'an opt-out chain', mutants: optOutMutants, denials: ALL.slice(2) },
  { title: 'a digest', mutants: zonemdMutants, denials: ALL, zonemd: 1 },
  { title: 'a zone of two algorithms', mutants: algorithmMutants, denials: ALL, second: 13 },
];
