import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendRequest } from '../../../src/io/outside/http-client.ts';

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/ok': (response) => response.writeHead(201, { 'X-Some-Header': 'yes' }).end('body'),
  '/redirected': (response) => response.writeHead(302, { location: '/ok' }).end(),
  '/silent': () => undefined,
  '/half': (response) => response.writeHead(200).write('begin'),
  '/broken': (response) => response.destroy(),
  '/large': (response) => response.writeHead(200).end(Buffer.alloc(3 << 20)),
};

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => ANSWERS[url.split('?')[0]!]!(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function get(path: string, timeout = 10): ReturnType<typeof sendRequest> {
  return sendRequest({ method: 'GET', url: `${origin}${path}`, headers: {}, timeout });
}

describe('an HTTP request', () => {
  test('gives status, headers and body', async () => {
    const { status, body, header } = await get('/ok');
    expect([status, body, header('x-some-header'), header('x-other')]).toEqual([
      201,
      'body',
      'yes',
      undefined,
    ]);
  });

  test('does not follow redirections', async () => {
    expect((await get('/redirected')).status).toBe(302);
  });

  test.each([
    ['is silent', '/silent', 'http/timeout'],
    ['stops half way', '/half', 'http/timeout'],
    ['breaks the connection off', '/broken', 'http/failed'],
    ['says too much', '/large', 'http/too-large'],
  ])('to a server that %s fails in time, without the path', async (_, path, code) => {
    const failure = get(`${path}?token=secret`, path === '/silent' || path === '/half' ? 0.3 : 10);
    await expect(failure).rejects.toMatchObject({ code, kind: 'environment' });
    await expect(failure).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });

  test('to nobody fails with the reason', async () => {
    const request = sendRequest({
      method: 'POST',
      url: 'http://127.0.0.1:1/x',
      headers: {},
      body: '',
      timeout: 5,
    });
    await expect(request).rejects.toMatchObject({ code: 'http/failed' });
  });
});
