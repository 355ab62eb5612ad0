import { inverse, residue, type Curve } from './curve.ts';

const PRIME = 2n ** 255n - 19n;
/** Of the equation v² = u³ + Au² + u of curve25519 (RFC 7748 section 4.1). */
const MONTGOMERY_A = 486662n;
/** A / 3: by so much x is more than u, so that the equation has no square. */
export const SHIFT = residue(MONTGOMERY_A * inverse(3n, PRIME), PRIME);

/** Curve25519 with x = u + A / 3 and y = v: for additions, a curve like the others. */
export const CURVE25519: Curve = {
  field: { prime: PRIME, less: 19n, powers: [{ limb: 8, bit: 23 }] },
  a: residue((3n - MONTGOMERY_A ** 2n) * inverse(3n, PRIME), PRIME),
  b: residue((2n * MONTGOMERY_A ** 3n - 9n * MONTGOMERY_A) * inverse(27n, PRIME), PRIME),
  base: {
    x: residue(9n + SHIFT, PRIME),
    y: 14781619447589544791020593568409986887264606134616475288964881837755586237401n,
  },
  order: 2n ** 252n + 27742317777372353535851937790883648493n,
  octetOrder: 'lowest first',
};

/**
 * What x of Ed25519 is times v / u, a square root of -486664; y is (u - 1) / (u + 1) (RFC 7748 section 4.1). Of the two roots, it is the one that
 * makes of one base point the other.
 */
export const EDWARDS_FACTOR = 51042569399160536130206135233146329284152202253034631822681833788666877215207n;
