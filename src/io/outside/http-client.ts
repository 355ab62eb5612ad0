import type { HttpRequest, HttpResponse } from '../../commands/environment.ts';
import { environmentError, type ZonewrightError } from '../../errors.ts';

/** Octets of an answer; ours have a few hundred. */
const MAX_BODY = 1 << 20;

/** Sends a request with the machine's own client; see `HttpClient`. */
export async function sendRequest(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, timeout } = request;
  const signal = AbortSignal.timeout(timeout * 1000);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: response.status,
      body: await textOf(response, url),
      header: (name) => response.headers.get(name) ?? undefined,
    };
  } catch (error) {
    throw described(error, request, signal.aborted);
  }
}

async function textOf(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    const octets = chunk as Uint8Array;
    length += octets.length;
    if (length > MAX_BODY)
      throw environmentError('http/too-large', `${originOf(url)} answers with more than ${MAX_BODY} octets`);
    chunks.push(octets);
  }
  return Buffer.concat(chunks).toString();
}

function described(error: unknown, { url, timeout }: HttpRequest, isLate: boolean): ZonewrightError {
  const origin = originOf(url);
  if (isLate)
    return environmentError('http/timeout', `${origin} has not answered within ${timeout} s`, {
      hint: 'see whether it is up, or allow it more time with "timeout"',
    });
  // Of a failure of the network, only the cause says what it is.
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  if (typeof code === 'string' && code.startsWith('http/')) return error as ZonewrightError;
  const reason = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  return environmentError('http/failed', `${origin} cannot be asked${reason}`, {
    hint: 'see whether the address is right, the server is up and its certificate is good',
  });
}

function originOf(url: string): string {
  return new URL(url).origin;
}
