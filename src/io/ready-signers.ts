import type { BatchSigner, Crypto, SoftwareKey } from '../dnssec/crypto.ts';

/** What is signed to have the code of a batch signer compiled, and thrown away: after so many signatures the engine makes better code of it. */
const NOTHING = new Uint8Array();
const SIGNATURES_TO_WARM_UP = 1024;

/** Batch signers that a thread makes before there is anything to sign. */
export class ReadySigners {
  /** A provider that knows them: who asks for the first signer of such a key gets the one that is ready. */
  readonly crypto: Crypto;
  readonly #provider: Crypto;
  readonly #made = new Map<string, BatchSigner>();

  constructor(provider: Crypto) {
    this.#provider = provider;
    this.crypto = {
      ...provider,
      importPrivateKey: async (key, options) => {
        const signer = await provider.importPrivateKey(key, options);
        const made = key.kind === 'software' ? this.#made.get(nameOf(key)) : undefined;
        if (key.kind !== 'software' || made === undefined || signer.batch === undefined) return signer;
        this.#made.delete(nameOf(key));
        return { ...signer, hasBatch: true, batch: () => Promise.resolve(() => made) };
      },
    };
  }

  async prepare(keys: readonly SoftwareKey[]): Promise<void> {
    for (const key of keys) {
      const signer = await this.#provider.importPrivateKey(key);
      const made = (await signer.batch?.())?.();
      if (made === undefined) continue;
      this.#made.set(nameOf(key), made);
      for (let i = 0; i < SIGNATURES_TO_WARM_UP; i++) made.add(NOTHING);
      made.finish();
    }
  }
}

/** What a key is known by here. */
function nameOf({ algorithm, jwk }: SoftwareKey): string {
  return `${algorithm} ${JSON.stringify(jwk)}`;
}
