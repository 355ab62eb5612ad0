import dgram from 'node:dgram';
import net from 'node:net';
import type { DnsServer } from '../../dnssec/dns-client.ts';
import { environmentError, ZonewrightError } from '../../errors.ts';
import { codeOf } from '../error-code.ts';
import type { Reply } from './message.ts';

/** Octets in front of a message over TCP that tell its length (RFC 1035 section 4.2.2). */
const LENGTH_OCTETS = 2;

export interface Exchange {
  readonly server: DnsServer;
  readonly query: Uint8Array;
  /** Milliseconds for the whole of it. */
  readonly timeout: number;
  /** Understands a message; throws where it cannot be read. */
  readonly decode: (message: Uint8Array) => Reply;
}

/**
 * Sends a question in one packet, from a port of its own that the system draws, and waits for the answer. Packets that do not fit or cannot be
 * read may be forged: they are passed over, and named if no answer comes.
 */
export function exchangeUdp({ server, query, timeout, decode }: Exchange): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket(net.isIPv6(server.address) ? 'udp6' : 'udp4');
    let passedOver = '';
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A late error of a socket that is being closed concerns nobody.
      socket.on('error', () => undefined);
      socket.close();
      settle();
    };
    const fail = (error: unknown): void => finish(() => reject(networkError(error)));
    const timer = setTimeout(
      () => finish(() => reject(timeoutError(timeout, 'no answer', passedOver))),
      timeout,
    );
    socket.on('error', fail);
    socket.on('message', (message) => {
      try {
        const reply = decode(message);
        if (reply.kind === 'unrelated') passedOver = reply.why;
        else finish(() => resolve(reply));
      } catch (error) {
        if (!(error instanceof ZonewrightError)) fail(error);
        else passedOver = error.message;
      }
    });
    // Connected: packets from anybody else do not arrive.
    socket.connect(server.port, server.address, () =>
      socket.send(query, (error) => {
        if (error !== null) fail(error);
      }),
    );
  });
}

/** Sends a question over a connection of its own and waits for the one message that answers it. */
export function exchangeTcp({ server, query, timeout, decode }: Exchange): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: server.address, port: server.port });
    let received: Buffer[] = [];
    let length = 0;
    let needed = LENGTH_OCTETS;
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const fail = (error: unknown): void => finish(() => reject(networkError(error)));
    const timer = setTimeout(
      () =>
        finish(() => reject(timeoutError(timeout, socket.connecting ? 'no connection' : waitingFor(length)))),
      timeout,
    );
    socket.on('connect', () => {
      const framed = Buffer.alloc(LENGTH_OCTETS + query.length);
      framed.writeUInt16BE(query.length);
      framed.set(query, LENGTH_OCTETS);
      socket.write(framed);
    });
    socket.on('data', (part) => {
      received.push(part);
      length += part.length;
      if (length < needed) return;
      const all = Buffer.concat(received);
      received = [all];
      needed = LENGTH_OCTETS + all.readUInt16BE();
      if (length < needed) return;
      try {
        const reply = decode(all.subarray(LENGTH_OCTETS, needed));
        finish(() => resolve(reply));
      } catch (error) {
        fail(error);
      }
    });
    socket.on('error', fail);
    socket.on('close', () =>
      fail(environmentError('dns/closed', `the server closed the connection: ${waitingFor(length)}`)),
    );
  });
}

function waitingFor(length: number): string {
  return length === 0 ? 'no answer' : `only the first ${length} octets of the answer came`;
}

function timeoutError(milliseconds: number, what: string, passedOver = ''): ZonewrightError {
  const others = passedOver === '' ? '' : `; something else came and was passed over: ${passedOver}`;
  return environmentError('dns/timeout', `${what} within ${milliseconds / 1000} seconds${others}`);
}

function networkError(error: unknown): ZonewrightError {
  if (error instanceof ZonewrightError) return error;
  const code = codeOf(error);
  const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : String(error).replace(/^Error: /, '');
  const isClosed = code === 'ECONNRESET' || code === 'EPIPE';
  return environmentError(isClosed ? 'dns/closed' : 'dns/unreachable', reason, { cause: error });
}

/** Whether this machine knows a way to an address: nothing is sent. */
export function hasRoute({ address, port }: DnsServer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
    const finish = (answer: boolean) => () => {
      socket.removeAllListeners();
      socket.close();
      resolve(answer);
    };
    socket.on('error', finish(false));
    socket.on('connect', finish(true));
    socket.connect(port, address);
  });
}
