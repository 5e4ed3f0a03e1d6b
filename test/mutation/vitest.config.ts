import { defineConfig } from 'vitest/config';

/** Only what tests the decisions: each mutant of `shared/domain` runs these. */
export default defineConfig({
  test: { include: ['test/shared/domain/**/*.test.ts'] },
});
