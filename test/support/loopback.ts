import { once } from 'node:events';
import net from 'node:net';

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody takes TCP connections on a port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const finish = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', finish(true));
    socket.on('error', finish(false));
  });
}
