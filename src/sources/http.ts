import { GraywaveError, messageOf } from '../errors.js';

export interface HttpRequest {
  url: string;
  /** Sent as a POST of url-encoded fields; without it a GET. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  timeoutMs: number;
  /** Of the body after decompression. */
  maxBytes: number;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
}

/**
 * One request with a time limit and a size limit, connections kept alive. No redirects: a source is what its
 * configuration names. Throws GraywaveError SOURCE_DOWN (refused, hung, reset) or SOURCE_ANSWER (body too large).
 */
export async function ask(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await askOnce(request);
  } catch (error) {
    // A kept-alive connection that the other side closed just now says nothing about the other side's health.
    if (isReset(error)) return askOnce(request).catch((again: unknown) => fail(request, again));
    return fail(request, error);
  }
}

async function askOnce(request: HttpRequest): Promise<HttpAnswer> {
  const limit = new AbortController();
  const timer = setTimeout(
    () =>
      limit.abort(new GraywaveError('SOURCE_DOWN', `${shown(request.url)}: no answer within ${request.timeoutMs} ms`)),
    request.timeoutMs,
  );
  try {
    const init: RequestInit = { redirect: 'manual', signal: limit.signal, headers: request.headers ?? {} };
    if (request.form !== undefined) {
      init.method = 'POST';
      init.body = new URLSearchParams(request.form);
    }
    const response = await fetch(request.url, init);
    const text = await bodyOf(response, request);
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', text };
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(response: Response, request: HttpRequest): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > request.maxBytes) {
      await reader.cancel();
      throw new GraywaveError('SOURCE_ANSWER', `${shown(request.url)}: answer larger than ${request.maxBytes} bytes`);
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function fail(request: HttpRequest, error: unknown): never {
  if (error instanceof GraywaveError) throw error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  throw new GraywaveError('SOURCE_DOWN', `${shown(request.url)}: ${messageOf(cause)}`);
}

function isReset(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false;
  return cause.code === 'ECONNRESET' || cause.code === 'UND_ERR_SOCKET' || cause.code === 'EPIPE';
}

/** A URL for messages, without what could be a secret. */
export function shown(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed === null ? 'source' : `${parsed.origin}${parsed.pathname}`;
}
