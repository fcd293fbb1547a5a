import { Agent as PlainAgent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { GraywaveError, messageOf } from '../errors.js';

export interface HttpRequest {
  url: string;
  /** Sent as a POST of url-encoded fields; without it a GET. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  timeoutMs: number;
  /** Of the body. */
  maxBytes: number;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
}

const kept = { keepAlive: true, scheduling: 'lifo' } as const;
const plain = new PlainAgent(kept);
const secure = new SecureAgent(kept);

/**
 * One request with a time limit and a size limit, connections kept alive. No redirects: a source is what its
 * configuration names. Throws GraywaveError SOURCE_DOWN (refused, hung, reset) or SOURCE_ANSWER (body too large, or
 * compressed although nobody asked for it). Not `fetch`: its streams cost as much again as a whole look.
 */
export async function ask(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await askOnce(request);
  } catch (error) {
    // A kept-alive connection that the other side closed just now says nothing about the other side's health.
    if (error instanceof Reset && error.reused) return askOnce(request).catch((again: unknown) => fail(request, again));
    return fail(request, error);
  }
}

/** The connection broke; `reused`: it had carried an answer before. */
class Reset extends Error {
  constructor(
    readonly reused: boolean,
    override readonly cause: unknown,
  ) {
    super('connection reset');
  }
}

function askOnce(request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = send(request);
    const giveUp = (error: Error): void => {
      clearTimeout(timer);
      sent.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      giveUp(new GraywaveError('SOURCE_DOWN', `${shown(request.url)}: no answer within ${request.timeoutMs} ms`));
    }, request.timeoutMs);
    const broke = (error: Error): void => giveUp(isReset(error) ? new Reset(sent.reusedSocket, error) : error);
    sent.on('error', broke);
    sent.on('response', (response) => {
      response.on('error', broke);
      bodyOf(response, request, giveUp, (text) => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', text });
      });
    });
  });
}

function send({ url, form, headers }: HttpRequest): ClientRequest {
  const body = form === undefined ? null : new URLSearchParams(form).toString();
  const own = body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) };
  const options = { method: body === null ? 'GET' : 'POST', headers: { ...headers, ...own, ...length } };
  const sent = url.startsWith('https:')
    ? secureRequest(url, { ...options, agent: secure })
    : plainRequest(url, { ...options, agent: plain });
  sent.end(body ?? undefined);
  return sent;
}

function bodyOf(
  response: IncomingMessage,
  { url, maxBytes }: HttpRequest,
  giveUp: (error: Error) => void,
  done: (text: string) => void,
): void {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return giveUp(new GraywaveError('SOURCE_ANSWER', `${shown(url)}: answer encoded as ${encoding}, not asked for`));
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      giveUp(new GraywaveError('SOURCE_ANSWER', `${shown(url)}: answer larger than ${maxBytes} bytes`));
    } else chunks.push(chunk);
  });
  response.on('end', () => {
    if (response.complete) done(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8'));
  });
}

function fail(request: HttpRequest, error: unknown): never {
  if (error instanceof GraywaveError) throw error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // A name with several addresses fails with all of their errors, and no message of its own.
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
  throw new GraywaveError('SOURCE_DOWN', `${shown(request.url)}: ${messageOf(first)}`);
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** A URL for messages, without what could be a secret. */
export function shown(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed === null ? 'source' : `${parsed.origin}${parsed.pathname}`;
}
