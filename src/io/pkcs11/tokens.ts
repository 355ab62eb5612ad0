import type { Signer, TokenKey } from '../../dnssec/crypto.ts';
import { environmentError, usageError, type SourceLocation } from '../../errors.ts';
import type { KeyTokens } from '../../keys/key-source.ts';
import { parsePkcs11Uri, printPkcs11Uri, type Pkcs11Uri } from '../../keys/pkcs11-uri.ts';
import { tokenError, type TokenContext } from './token-errors.ts';
import { deleteKey, generateTokenKey, keyOf, onlyKey } from './token-keys.ts';
import {
  loadPackage,
  matches,
  modulePathOf,
  openLibrary,
  type Pkcs11Package,
  type Slot,
  type Token,
} from './token-library.ts';
import { pinOf } from './token-pin.ts';
import { tokenSigner } from './token-signer.ts';

/** A token to which a session is open. */
interface OpenToken {
  readonly token: Token;
  readonly pin: string | undefined;
  readonly context: TokenContext;
}

const importPackage = (): Promise<Pkcs11Package> => import('node-webcrypto-p11');

/** Whether a session can make and delete keys. */
type Mode = 'read' | 'write';

/**
 * Keys in HSMs, through PKCS#11. The package and the PKCS#11 library are loaded when the first key is asked for; one session to a token serves all
 * of its keys.
 */
export class Pkcs11Tokens implements KeyTokens {
  readonly #variables: Readonly<Record<string, string | undefined>>;
  readonly #load: () => Promise<Pkcs11Package>;
  readonly #open = new Map<string, Promise<OpenToken>>();
  readonly #modules: Slot['module'][] = [];

  /**
   * @param variables of the process: they may name the PKCS#11 library, and hold PINs
   * @param load tests let it fail
   */
  constructor(variables: Readonly<Record<string, string | undefined>>, load = importPackage) {
    this.#variables = variables;
    this.#load = load;
  }

  /** Makes sure that the key is there and belongs to its public key. */
  async open(key: TokenKey): Promise<TokenKey> {
    await this.signer(key);
    return key;
  }

  /** The signer of a key. */
  async signer(key: TokenKey): Promise<Signer> {
    const uri = parsePkcs11Uri(key.uri);
    const { token, pin, context } = await this.#session(uri, 'read', key.file);
    return during(context, () =>
      tokenSigner(token.session, keyOf(token.session, uri, key), key, pin, context),
    );
  }

  /** The key that a URI with a label or an id leads to; undefined where the token has none. */
  async find(text: string, algorithm: number): Promise<TokenKey | undefined> {
    const uri = parsePkcs11Uri(text);
    const { token, context } = await this.#session(uri, 'read');
    return during(context, () => {
      const found = onlyKey(token.session, uri, algorithm);
      return found && tokenKey(uri, found, algorithm);
    });
  }

  /** Makes a key pair on the token that the URI describes. Its label is that of the URI, or `label`. */
  async generate(
    text: string,
    algorithm: number,
    bits: number | undefined,
    label: string,
  ): Promise<TokenKey> {
    const uri = parsePkcs11Uri(text);
    const { token, context } = await this.#session(uri, 'write');
    const name = uri.object ?? label;
    return during(context, async () => {
      const made = await generateTokenKey(token, algorithm, bits, name);
      return tokenKey(uri, { ...made, label: name }, algorithm);
    });
  }

  /** Deletes both halves of a key that we made; they may be gone already. Returns false for a key that somebody else made, which stays. */
  async remove(key: Pick<TokenKey, 'uri' | 'file'>): Promise<boolean> {
    const uri = parsePkcs11Uri(key.uri);
    const { id } = uri;
    const { token, context } = await this.#session(uri, 'write', key.file);
    return during(context, () => id !== undefined && deleteKey(token.session, id));
  }

  /** Ends all sessions and lets the PKCS#11 libraries go. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    const tokens = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value.token] : []));
    for (const module of this.#modules) {
      try {
        for (const { session, slot } of tokens) if (slot.module.libFile === module.libFile) session.close();
        module.finalize();
      } catch {
        // The token is gone: there is nothing left to end.
      }
    }
    this.#modules.length = 0;
  }

  #session(uri: Pkcs11Uri, mode: Mode, file?: string): Promise<OpenToken> {
    const { token, pinSource, modulePath } = uri;
    const name = `${mode} ${printPkcs11Uri({ token, ...(pinSource && { pinSource }), ...(modulePath && { modulePath }) })}`;
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    // A failure is kept as well: to try a wrong PIN again would lock the token.
    const opening = this.#openSession(uri, mode, file === undefined ? undefined : { file });
    this.#open.set(name, opening);
    return opening;
  }

  async #openSession(uri: Pkcs11Uri, mode: Mode, location: SourceLocation | undefined): Promise<OpenToken> {
    const path = modulePathOf(uri, this.#variables);
    const library = await loadPackage(this.#load);
    const { module, slots } = openLibrary(library, path);
    if (!this.#modules.some(({ libFile }) => libFile === path)) this.#modules.push(module);
    const slot = onlySlot(slots, uri, location);
    const context = { token: `the token "${slot.getToken().label}"`, location };
    const pin = pinOf(uri, this.#variables);
    return during(context, () => {
      const token = new library.Crypto({
        library: path,
        slot: slots.indexOf(slot),
        readWrite: mode === 'write',
        ...(pin !== undefined && { pin }),
      });
      return { token, pin, context };
    });
  }
}

function onlySlot(slots: readonly Slot[], uri: Pkcs11Uri, location: SourceLocation | undefined): Slot {
  const [slot, ...others] = slots.filter((candidate) => matches(candidate, uri.token));
  const described = printPkcs11Uri({ token: uri.token });
  const labels = slots.map((candidate) => `"${candidate.getToken().label}"`).join(', ');
  if (slot === undefined) {
    throw environmentError('key/token-gone', `no token is there that ${described} describes`, {
      location,
      hint: `tokens that are there: ${labels}`,
    });
  }
  if (others.length === 0) return slot;
  throw usageError('key/token-several', `${described} describes several tokens: ${labels}`, {
    location,
    hint: 'add token=LABEL or serial=NUMBER to the URI',
  });
}

/** The reference to a key: the URI by which it was found, and its label and id, so that it stays the only one. */
function tokenKey(
  uri: Pkcs11Uri,
  {
    id,
    label,
    publicKey,
  }: { readonly id: Uint8Array; readonly label: string; readonly publicKey: Uint8Array },
  algorithm: number,
): TokenKey {
  const reference = { ...uri, ...(id.length > 0 && { id }), ...(label !== '' && { object: label }) };
  return { kind: 'token', algorithm, uri: printPkcs11Uri(reference), publicKey };
}

async function during<T>(context: TokenContext, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw tokenError(error, context);
  }
}
