import { LOWER_CASE } from '../dns/name.ts';
import type { NameList } from '../zone/name-list.ts';
import { isKeyType } from './key-types.ts';
import type { Target } from './reusable-signatures.ts';
import type { SignRequest } from './sign-request.ts';

/**
 * When a new signature over an RRset expires, in epoch seconds.
 * @param isRenewal whether the previous output has the same RRset
 */
export function expirationOf(
  { owner, type }: Target,
  names: NameList,
  isRenewal: boolean,
  { dnskeyExpiration, expiration, jitter, spread = jitter }: SignRequest,
): number {
  if (isKeyType(type)) return dnskeyExpiration;
  const range = isRenewal ? spread : jitter;
  return range === 0 ? expiration : expiration - (ownerHash(names, owner, type) % range);
}

/** A number that follows from an owner name, whatever its letter case, and a type. */
function ownerHash(names: NameList, owner: number, type: number): number {
  let hash = 0x811c9dc5 ^ type;
  for (let i = names.offsets[owner]!, end = names.end(owner); i < end; i++) {
    hash = Math.imul(hash ^ LOWER_CASE[names.wire.bytes[i]!]!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
