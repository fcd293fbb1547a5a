import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { yes } from '../../src/cli/ask.js';

async function answering(text: string | null): Promise<boolean> {
  const input = new PassThrough();
  const asked = yes('Undo it?', new AbortController().signal, { input, output: new PassThrough() });
  if (text === null) input.end();
  else input.write(text);
  return asked;
}

test.each(['y\n', 'Y\n', ' yes \n'])('%j is a yes', async (text) => {
  expect(await answering(text)).toBe(true);
});

test.each(['\n', 'n\n', 'yo\n', 'ja\n', null])('%j is a no', async (text) => {
  expect(await answering(text)).toBe(false);
});

test('told to stop meanwhile, it throws', async () => {
  const stop = new AbortController();
  const asked = yes('Undo it?', stop.signal, { input: new PassThrough(), output: new PassThrough() });
  stop.abort();
  await expect(asked).rejects.toThrow();
});
