import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** A question to whoever sits there; everything but a yes is a no, Ctrl-C and Ctrl-D too. Throws when `signal` aborts. */
export async function yes(
  question: string,
  signal: AbortSignal,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  const asking = createInterface({ input, output });
  asking.once('SIGINT', () => asking.close());
  const closed = once(asking, 'close').then(() => 'no');
  const answered = asking.question(`${question} [y/N] `, { signal }).catch(() => 'no');
  try {
    const answer = await Promise.race([answered, closed]);
    signal.throwIfAborted();
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
