import { defineConfig } from 'vitest/config';

const onTheKernel = {
  pool: 'forks',
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
} as const;

/**
 * Three projects: `unit` needs nothing but the sources and runs its files side by side; `system` needs root, the
 * kernel, sockets or containers, which its files would take from each other, so they run one after another; `ffi` runs
 * the tests of the addon's interface, and of real traffic, again on the other binding.
 */
export default defineConfig({
  test: {
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/package/**', 'test/native/ffi/**'],
          ...onTheKernel,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'ffi',
          include: ['test/native/**/*.test.ts', 'test/live/dns.test.ts', 'test/live/tcp.test.ts'],
          exclude: ['test/native/workers.test.ts'],
          env: { SYSPROBE_BINDING: 'ffi' },
          ...onTheKernel,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
