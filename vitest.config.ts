import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/run-directory.ts'],
    // Order must not matter: shuffled on every run, the seed is printed.
    sequence: { shuffle: true },
    // A limit against a hang, not a measure of speed.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
