import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    pool: 'forks',
    maxWorkers: 2,
    include: ['test/**/*.test.ts'],
    // Records what the replay test replays; run on purpose only.
    exclude: process.env.GRAYWAVE_RECORD ? [] : ['test/workflows/record.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
