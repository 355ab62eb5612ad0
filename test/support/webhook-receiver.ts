import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the receiver does with a post: answers with a status, never, or breaks the connection off after it has read everything. */
export type Reaction = number | 'hang' | 'die';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
  readonly method: string;
  readonly reaction: Reaction;
}

/** A web server on loopback that keeps what is posted to it. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** What it does with the next posts; 204 after that. */
  reactions: Reaction[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const reaction = this.reactions.shift() ?? 204;
        const { headers, url: path = '', method = '' } = request;
        this.received.push({ headers, body: Buffer.concat(chunks).toString(), path, method, reaction });
        if (reaction === 'die') request.socket.destroy();
        else if (reaction !== 'hang') response.writeHead(reaction).end();
      });
    });
  }

  /** Starts to listen; resolves to the URL. */
  async start(path = '/hook'): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The identifiers of the posts that were answered with success. */
  accepted(): string[] {
    return this.received
      .filter(({ reaction }) => typeof reaction === 'number' && reaction < 300)
      .map(({ headers }) => String(headers['webhook-id']));
  }
}
