import { temporalBinary } from '../../src/embedded/binary.js';

/** Tests run the built programs and the built workflow bundle, as users do, on a server that is got once. */
export async function setup(): Promise<void> {
  const script = new URL('../../scripts/setup.mjs', import.meta.url).href;
  const { setUp } = (await import(script)) as { setUp: () => Promise<void> };
  await setUp();
  await temporalBinary((line) => console.log(line));
}
