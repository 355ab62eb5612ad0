import dgram from 'node:dgram';
import net from 'node:net';
import { once } from 'node:events';
import packet from 'dns-packet';
import type { DnsServer } from '../../src/dnssec/dns-client.ts';

/** What a test server does with a question: the messages that it sends back, each as octets. */
export type Behaviour = (query: Buffer, transport: 'udp' | 'tcp') => readonly Uint8Array[];

/** A DNS server on loopback that does what a test tells it, right or wrong. */
export interface TestDnsServer extends DnsServer {
  /** How the questions came, in their order. */
  readonly asked: readonly { readonly transport: 'udp' | 'tcp'; readonly query: Buffer }[];
  close(): Promise<void>;
}

export interface TestDnsServerOptions {
  /** Over TCP the messages are put on the line as they are, without the length in front. */
  readonly rawTcp?: boolean;
  /** Whether connections stay open after the answer. */
  readonly holdsConnections?: boolean;
}

/** Starts a server on a free port, the same for UDP and TCP. */
export async function testDnsServer(
  behaviour: Behaviour,
  { rawTcp = false, holdsConnections = false }: TestDnsServerOptions = {},
): Promise<TestDnsServer> {
  const asked: { transport: 'udp' | 'tcp'; query: Buffer }[] = [];
  const connections = new Set<net.Socket>();
  const tcp = net.createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => connections.delete(socket));
    socket.on('data', (data) => {
      const query = data.subarray(2);
      asked.push({ transport: 'tcp', query });
      for (const message of behaviour(query, 'tcp')) socket.write(rawTcp ? message : framed(message));
      if (!holdsConnections) socket.end();
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as net.AddressInfo;
  const udp = dgram.createSocket('udp4');
  udp.on('message', (query, from) => {
    asked.push({ transport: 'udp', query });
    for (const message of behaviour(query, 'udp')) udp.send(message, from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    address: '127.0.0.1',
    port,
    asked,
    async close() {
      for (const socket of connections) socket.destroy();
      const closed = Promise.all([once(tcp, 'close'), once(udp, 'close')]);
      tcp.close();
      udp.close();
      await closed;
    },
  };
}

export function framed(message: Uint8Array): Uint8Array {
  const out = Buffer.alloc(2 + message.length);
  out.writeUInt16BE(message.length);
  out.set(message, 2);
  return out;
}

/** An answer to a query as dns-packet writes it, with the query's own question. */
export function answerTo(query: Buffer, parts: Partial<packet.Packet> = {}): Buffer {
  const { id, questions = [] } = packet.decode(query);
  return packet.encode({
    type: 'response',
    id: id ?? 0,
    flags: packet.AUTHORITATIVE_ANSWER,
    questions,
    ...parts,
  });
}
