/**
 * DNSSEC for zones in memory: read them, make keys, sign, verify, make DS records, and move keys on safely. Nothing here reads or writes a file, and
 * nothing uses the network.
 *
 * @packageDocumentation
 */
export { ZonewrightError } from '../errors.ts';
export type { ErrorKind, SourceLocation } from '../errors.ts';
export { parseZone } from './zone.ts';
export type { ParseZoneOptions, ZoneData, ZoneRecord } from './zone.ts';
export { generateKey, readKey } from './keys.ts';
export type { GenerateKeyOptions, Role, ZoneKey } from './keys.ts';
export { dsFromKey } from './ds.ts';
export type { DnskeyRecord, DsRecord } from './ds.ts';
export { signZone } from './sign.ts';
export type { SignZoneOptions, SignZoneResult } from './sign.ts';
export { findingText, verifyZone } from './verify.ts';
export type { Finding, Severity, VerifyZoneOptions, VerifyZoneResult } from './verify.ts';
export {
  advance,
  DEFAULT_POLICY,
  nextPublication,
  planRollovers,
  printState,
  readState,
  withDsPublished,
  withDsWithdrawn,
} from './rollover.ts';
export type {
  Advance,
  Decision,
  ManagedKey,
  PlanEntry,
  PlanOptions,
  Policy,
  Rollover,
  RotationState,
  Wait,
  ZoneTimes,
} from './rollover.ts';
