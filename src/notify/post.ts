import { GraywaveError, messageOf } from '../errors.js';
import { failed, type Named, refused } from './channel.js';
import { secretsOf, shownSafely } from './secrets.js';

/** Where a channel posts to; the address is checked, and every reference is resolved. */
export interface Endpoint extends Named {
  url: string;
  headers: Record<string, string>;
}

const longestAnswer = 2_048;

/**
 * One POST with a time limit. No redirects: a channel is what its configuration names. Of the address only the origin
 * stands in errors, for the rest is the credential of many receivers.
 */
export async function post(to: Endpoint, contentType: string, body: unknown, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const headers = new Headers(to.headers);
  headers.set('content-type', contentType);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), to.timeoutMs);
  const stop = (): void => limit.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const response = await fetch(to.url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: JSON.stringify(body),
      signal: limit.signal,
    });
    // What was answered is clear from the status; a body that breaks off changes nothing.
    if (response.ok) await response.body?.cancel().catch(() => undefined);
    else throw answered(to, response, await beginningOf(response).catch(() => ''));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GraywaveError) throw error;
    if (limit.signal.aborted) throw failed(to.name, `${origin(to)} did not answer within ${to.timeoutMs / 1000} s`);
    throw failed(to.name, `${origin(to)} cannot be reached: ${shown(to, reasonOf(error))}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

const origin = (to: Endpoint): string => new URL(to.url).origin;
const shown = (to: Endpoint, text: string): string => shownSafely(text, secretsOf(to.url, to.headers));

/** `fetch failed` says nothing; what it hides is the system's error, of several addresses one without a message. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = messageOf(cause);
  return text === '' && cause instanceof Error && 'code' in cause ? String(cause.code) : text;
}

function answered(to: Endpoint, { status }: Response, text: string): Error {
  const said = shown(to, text);
  const what = `${origin(to)} answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 408 || status === 429 || status >= 500) return failed(to.name, what);
  if (status < 400) {
    return refused(to.name, `${what} (a redirect, and none is followed)`, 'Write the address it leads to instead.');
  }
  if (status === 401 || status === 403) {
    return refused(to.name, what, 'Check the credentials of the channel: its headers, or the secret in its address.');
  }
  return status === 404 || status === 410
    ? refused(to.name, what, 'Check the address of the channel: the receiver does not know it, or no longer does.')
    : refused(to.name, what);
}

/** Enough of an answer for a message; the rest is not waited for. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < longestAnswer) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.byteLength;
  }
  await reader.cancel();
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString('utf8');
}
