import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredDs {
  readonly id: number;
  readonly domain_id: number;
  readonly algorithm: string;
  readonly digest: string | null;
  readonly digest_type: string | null;
  readonly keytag: string | null;
  readonly public_key: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** In place of a proper answer: a status with an optional header, or a connection that breaks off after the call was carried out. */
export interface Trouble {
  readonly status: number | 'die';
  readonly headers?: Readonly<Record<string, string>>;
}

const REQUIRED = ['algorithm', 'digest', 'digest_type', 'keytag'] as const;

/**
 * The endpoints for DS records of DNSimple's API v2 as https://developer.dnsimple.com/v2/domains/dnssec/ documents them: authentication, validation,
 * pages, and the headers of the rate limit.
 */
export class DnsimpleDouble {
  readonly token = 'dnsimple_a_aVerySecretToken';
  readonly account = '1010';
  readonly domain = 'example.com';
  records: StoredDs[] = [];
  /** `METHOD path` of each call that was let in. */
  readonly calls: string[] = [];
  readonly bodies: unknown[] = [];
  /** What happens to the next calls. */
  troubles: Trouble[] = [];
  /** Calls that are allowed until `reset`, in epoch seconds. */
  remaining = 2400;
  reset = 0;
  perPage = 30;
  #nextId = 1;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#answer(request, Buffer.concat(chunks).toString(), response));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A record that was there before. */
  store(fields: Partial<StoredDs>): void {
    const at = '2026-11-22T12:00:00Z';
    this.records.push({
      id: this.#nextId++,
      domain_id: 41557,
      algorithm: '13',
      digest: null,
      digest_type: null,
      keytag: null,
      public_key: null,
      created_at: at,
      updated_at: at,
      ...fields,
    });
  }

  /** The records as RDATA, sorted. */
  rdata(): string[] {
    return this.records
      .map(({ keytag, algorithm, digest_type, digest }) =>
        [keytag, algorithm, digest_type, digest?.toUpperCase()].join(' '),
      )
      .sort();
  }

  #answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const reply = (status: number, document?: object, more: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'x-ratelimit-limit': '2400',
        'x-ratelimit-remaining': String(this.remaining),
        'x-ratelimit-reset': String(this.reset),
        ...more,
      });
      response.end(document === undefined ? undefined : JSON.stringify(document));
    };
    if (headers.authorization !== `Bearer ${this.token}`) {
      // Some services repeat what they were sent.
      reply(401, { message: `Authentication failed (${headers.authorization ?? 'none'})` });
      return;
    }
    if (this.remaining === 0) {
      reply(429, { message: 'quota exceeded' });
      return;
    }
    this.remaining--;
    this.calls.push(`${method} ${url}`);
    const trouble = this.troubles.shift();
    if (trouble !== undefined && trouble.status !== 'die') {
      reply(trouble.status, { message: 'trouble' }, trouble.headers);
      return;
    }
    const carried = this.#carryOut(method, new URL(url, 'http://double'), body, headers['content-type']);
    if (trouble === undefined) reply(...carried);
    else request.socket.destroy();
  }

  #carryOut(method: string, url: URL, body: string, contentType = ''): [number, object?] {
    const base = `/v2/${this.account}/domains/${this.domain}/ds_records`;
    if (method === 'GET' && url.pathname === base) return this.#page(url.searchParams);
    if (method === 'POST' && url.pathname === base) return this.#create(body, contentType);
    const id = url.pathname.startsWith(`${base}/`) ? Number(url.pathname.slice(base.length + 1)) : NaN;
    if (method !== 'DELETE' || Number.isNaN(id)) return [404, { message: `Domain not found` }];
    const found = this.records.some((record) => record.id === id);
    this.records = this.records.filter((record) => record.id !== id);
    return found ? [204] : [404, { message: `DelegationSignerRecord \`${id}\` not found` }];
  }

  #page(query: URLSearchParams): [number, object] {
    const page = Number(query.get('page') ?? 1);
    const perPage = Math.min(this.perPage, Number(query.get('per_page') ?? 30));
    return [
      200,
      {
        data: this.records.slice((page - 1) * perPage, page * perPage),
        pagination: {
          current_page: page,
          per_page: perPage,
          total_entries: this.records.length,
          total_pages: Math.ceil(this.records.length / perPage),
        },
      },
    ];
  }

  #create(body: string, contentType: string): [number, object] {
    if (!contentType.startsWith('application/json')) return [400, { message: 'Invalid JSON' }];
    const fields = JSON.parse(body) as Readonly<Record<string, unknown>>;
    this.bodies.push(fields);
    const errors: Record<string, string[]> = {};
    for (const name of REQUIRED) {
      const value = fields[name];
      if (value === undefined || value === '') errors[name] = ["can't be blank"];
      else if (typeof value !== 'string') errors[name] = ['must be a string'];
    }
    const same = this.records.some((record) => REQUIRED.every((name) => record[name] === fields[name]));
    if (same) errors['digest'] = ['has already been taken'];
    if (Object.keys(errors).length > 0) return [400, { message: 'Validation failed', errors }];
    this.store(fields);
    return [201, { data: this.records.at(-1) }];
  }
}
