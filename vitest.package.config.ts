import { defineConfig } from 'vitest/config';

/** `npm run test:package`: slow, since it installs on whole systems. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
