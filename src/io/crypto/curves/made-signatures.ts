import { internalError } from '../../../errors.ts';

/** Octets of a signature: two integers. */
export const SIGNATURE_OCTETS = 64;

/** Signatures that wait to leave, batch by batch. */
export class MadeSignatures {
  readonly #verify: (data: Uint8Array, signature: Uint8Array) => boolean;
  readonly #batches: Uint8Array[] = [];

  /** @param verify whether a signature of the key is good, as another implementation sees it */
  constructor(verify: (data: Uint8Array, signature: Uint8Array) => boolean) {
    this.#verify = verify;
  }

  /**
   * Takes the signatures of a batch.
   * @param isSound whether all of them passed the checks of their own
   * @param firstData what the first one is over, which is verified
   * @throws ZonewrightError `sign/arithmetic` where one is wrong
   */
  take(signatures: Uint8Array, isSound: boolean, firstData: Uint8Array): void {
    if (!isSound || !this.#verify(firstData, signatures.subarray(0, SIGNATURE_OCTETS)))
      throw internalError('sign/arithmetic', 'a signature that was made is wrong, and nothing was written');
    this.#batches.push(signatures);
  }

  /** Gives away all that were taken since the last time, one after the other. */
  finish(): Uint8Array {
    const [first = new Uint8Array(), ...more] = this.#batches.splice(0);
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }
}
