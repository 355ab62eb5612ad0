import { environmentError, usageError } from '../../errors.ts';
import type { RegistrarSettings } from '../configuration.ts';
import type { HttpRequest, HttpResponse } from '../environment.ts';
import { checkSecret, readSecret } from '../notify/secret.ts';
import type { NotifyEnvironment } from '../notify/targets.ts';
import { printTime } from '../../dns/time.ts';
import { isSameDs } from './registrar-changes.ts';
import { registrarName, type DsToRegister, type RegisteredDs, type RegistrarFactory } from './registrar.ts';

type Settings = Extract<RegistrarSettings, { type: 'dnsimple' }>;

const DEFAULT_URL = 'https://api.dnsimple.com';
const DEFAULT_TOKEN_VARIABLE = 'DNSIMPLE_TOKEN';
/** Seconds. */
const DEFAULT_TIMEOUT = 30;
const PER_PAGE = 100;

/** How often a call is made that fails through no fault of its own. */
const ATTEMPTS = 3;
/** Seconds that a run waits for a rate limit to pass; what takes longer is for a later run. */
const LONGEST_WAIT = 30;

/** The API v2 of DNSimple: https://developer.dnsimple.com/v2/domains/dnssec/ */
export const dnsimple: RegistrarFactory<'dnsimple'> = async (settings, environment) => {
  const client = new Client(settings, await tokenOf(settings, environment), environment);
  return {
    name: registrarName(settings),
    list: (zone) => client.list(zone),
    add: (zone, ds) => {
      const url = client.url(zone);
      const body = JSON.stringify(apiFields(ds));
      return { text: `POST ${url} ${body}`, make: () => client.create(zone, ds, body) };
    },
    remove: (zone, { id }) => {
      const url = client.url(zone, `/${encodeURIComponent(id)}`);
      return { text: `DELETE ${url}`, make: () => client.delete(url) };
    },
  };
};

async function tokenOf(
  { tokenFile, tokenVariable = DEFAULT_TOKEN_VARIABLE }: Settings,
  environment: NotifyEnvironment,
): Promise<string> {
  if (tokenFile !== undefined) return readSecret(tokenFile, environment);
  const token = environment.variables[tokenVariable];
  if (token !== undefined && token !== '') return checkSecret(token, `the variable ${tokenVariable}`);
  throw usageError('registrar/no-token', `there is no token for the API of DNSimple`, {
    hint: `set "tokenFile" of the registrar, or the environment variable ${tokenVariable}`,
  });
}

class Client {
  readonly #base: string;
  readonly #name: string;
  readonly #token: string;
  readonly #timeout: number;
  readonly #environment: NotifyEnvironment;

  constructor(settings: Settings, token: string, environment: NotifyEnvironment) {
    const url = (settings.url ?? DEFAULT_URL).replace(/\/+$/, '').replace(/\/v2$/, '');
    this.#base = `${url}/v2/${encodeURIComponent(settings.account)}/domains`;
    this.#name = registrarName(settings);
    this.#token = token;
    this.#timeout = settings.timeout ?? DEFAULT_TIMEOUT;
    this.#environment = environment;
  }

  url(zone: string, rest = ''): string {
    return `${this.#base}/${encodeURIComponent(zone)}/ds_records${rest}`;
  }

  async list(zone: string): Promise<RegisteredDs[]> {
    const records: RegisteredDs[] = [];
    for (let page = 1, pages = 1; page <= pages; page++) {
      const answer = await this.#send('GET', this.url(zone, `?page=${page}&per_page=${PER_PAGE}`));
      this.#expect(answer, [200]);
      const { data, pagination } = this.#json(answer);
      if (!Array.isArray(data)) throw this.#strange();
      for (const item of data as unknown[]) records.push(this.#record(item));
      pages = isObject(pagination) ? Number(pagination['total_pages']) : 1;
    }
    return records;
  }

  async create(zone: string, ds: DsToRegister, body: string): Promise<void> {
    const answer = await this.#send('POST', this.url(zone), body);
    // Of two runs at once, or after an answer that was lost, the second one finds it there.
    if (answer.status === 400 && (await this.list(zone)).some((record) => isSameDs(record, ds))) return;
    this.#expect(answer, [201]);
  }

  async delete(url: string): Promise<void> {
    const answer = await this.#send('DELETE', url);
    // 404: somebody else has deleted it.
    this.#expect(answer, [204, 404]);
  }

  /** Makes a call. Where the service or its rate limit is in the way for a moment, it is made again. */
  async #send(method: HttpRequest['method'], url: string, body?: string): Promise<HttpResponse> {
    const { http, pause } = this.#environment;
    for (let attempt = 1; ; attempt++) {
      const answer = await http.send({
        method,
        url,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${this.#token}`,
          'user-agent': 'zonewright',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        timeout: this.#timeout,
      });
      const wait = answer.status === 429 ? this.#rateLimit(answer) : 2 ** (attempt - 1);
      const isPassing = answer.status === 429 || answer.status >= 500;
      if (!isPassing || attempt === ATTEMPTS) return answer;
      await pause(wait);
    }
  }

  /** Seconds until calls are allowed again. */
  #rateLimit({ header }: HttpResponse): number {
    const { now } = this.#environment;
    const retryAfter = Number(header('retry-after') ?? NaN);
    const reset = Number(header('x-ratelimit-reset') ?? NaN) - now;
    const wait = Math.max(1, Number.isNaN(retryAfter) ? (Number.isNaN(reset) ? 1 : reset) : retryAfter);
    if (wait <= LONGEST_WAIT) return wait;
    throw environmentError(
      'registrar/rate-limited',
      `${this.#name} allows no more calls before ${printTime(now + Math.ceil(wait))}`,
      { hint: 'a later run goes on' },
    );
  }

  #expect(answer: HttpResponse, wanted: readonly number[]): void {
    const { status } = answer;
    if (wanted.includes(status)) return;
    throw environmentError(
      'registrar/refused',
      `${this.#name} answers with status ${status}${this.#reason(answer)}`,
      { hint: HINTS[status] ?? (status >= 500 ? 'it has trouble of its own: try again later' : undefined) },
    );
  }

  /** What the service says is wrong: `{"message": …, "errors": {"digest": ["can't be blank"]}}`. */
  #reason(answer: HttpResponse): string {
    let document: unknown;
    try {
      document = JSON.parse(answer.body);
    } catch {
      return '';
    }
    if (!isObject(document) || typeof document['message'] !== 'string') return '';
    const { message, errors } = document;
    const details = isObject(errors)
      ? Object.entries(errors).map(([field, problems]) => `${field} ${[problems].flat().join(', ')}`)
      : [];
    return `: ${[message, ...details].join('; ')}`.replaceAll(this.#token, '***');
  }

  #json({ body }: HttpResponse): Readonly<Record<string, unknown>> {
    try {
      const document: unknown = JSON.parse(body);
      if (isObject(document)) return document;
    } catch {
      // As strange as any other answer that is none.
    }
    throw this.#strange();
  }

  #record(item: unknown): RegisteredDs {
    if (!isObject(item)) throw this.#strange();
    const id = String(item['id']);
    const algorithm = Number(item['algorithm']);
    const { keytag, digest_type: digestType, digest, public_key: publicKey } = item;
    if (typeof digest === 'string' && digest !== '')
      return { id, algorithm, keyTag: Number(keytag), digestType: Number(digestType), digest };
    if (typeof publicKey === 'string') return { id, algorithm, publicKey };
    throw this.#strange();
  }

  #strange(): Error {
    return environmentError('registrar/answer', `${this.#name} gives an answer that cannot be understood`, {
      hint: 'see whether "url" of the registrar is right',
    });
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'see whether the token is good',
  402: 'the account is not in good standing',
  403: 'see whether the token may change DS records',
  404: 'see whether "account" of the registrar is right, and has this domain',
};

function apiFields({ algorithm, digest, digestType, keyTag, publicKey }: DsToRegister): object {
  return {
    algorithm: String(algorithm),
    digest,
    digest_type: String(digestType),
    keytag: String(keyTag),
    public_key: publicKey,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
