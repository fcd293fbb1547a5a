/** Tests run the built programs and the built workflow bundle, as users do. */
export async function setup(): Promise<void> {
  const { setUp } = (await import(new URL('../../scripts/setup.mjs', import.meta.url).href)) as {
    setUp: () => Promise<void>;
  };
  await setUp();
}
