import { request } from 'node:http';

export interface CallOptions {
  method?: string;
  body?: unknown;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface Called {
  status: number;
  /** The parsed body; undefined when it was empty or not JSON. */
  json: unknown;
}

/** The largest answer that is read; a fleet's own answers are a few kilobytes. */
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * One HTTP call with JSON on a connection of its own: the processes on the other side come and go, and a pooled
 * connection to one that has gone would fail a call that is fine. `timeoutMs` bounds the whole call.
 * @throws the socket's error, an Error saying how long it waited, or the signal's reason.
 */
export function callJson(url: string | URL, options: CallOptions): Promise<Called> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(options.timeoutMs);
    const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
    const fail = (error: Error): void => {
      if (options.signal?.aborted === true) reject(options.signal.reason as Error);
      else if (limit.aborted) reject(new Error(`${String(url)} did not answer within ${options.timeoutMs} ms`));
      else reject(error);
    };
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const call = request(url, { method: options.method ?? 'GET', agent: false, headers, signal }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes)
          answer.destroy(new Error(`${String(url)} answered more than ${maxAnswerBytes} bytes`));
        else chunks.push(chunk);
      });
      answer.on('error', fail);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, json: parse(Buffer.concat(chunks).toString()) }),
      );
    });
    call.on('error', fail);
    call.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
