/**
 * Where each kind of test lives and what it may need.
 * `unit` and `sim` need nothing but Node; `integration` and `e2e` share one real Kafka and one real ZooKeeper
 * that the global setup starts on free ports and stops again.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/support/longest-first.js'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const alias = [
  {
    find: /^@iris\/(common|local-stack|cli|outbox|receiver|examples|[a-z]+-service)\/(.*)$/,
    replacement: source('./') + '$1/src/$2.ts',
  },
]
/** A limit ends what hangs; how fast a machine is, it does not judge. */
const limits = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } }
/** Two that mostly wait, for sessions and faults, beside two that compute keep two cores busy. */
const maxWorkers = 4
const globalSetup = [source('./tests/support/global-setup.ts')]

export default defineConfig({
  resolve: { alias },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: [
            '*/src/**/*.test.ts',
            'management-service/console/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'tests/sim/**/*.test.ts',
            'tests/chaos/**/*.test.ts',
            'tests/bench/**/*.test.ts',
          ],
          exclude: ['**/dist/**', '**/node_modules/**', '**/*.integration.test.ts'],
          // Loading the modules anew for each file cost more than all tests together.
          pool: 'threads',
          isolate: false,
          maxWorkers: 3,
          ...limits,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['*/src/**/*.integration.test.ts'],
          exclude: ['**/dist/**', '**/node_modules/**'],
          globalSetup,
          maxWorkers,
          ...limits,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts', 'tests/hostile/**/*.test.ts', 'tests/patterns/**/*.test.ts'],
          exclude: ['**/dist/**', '**/node_modules/**'],
          globalSetup,
          maxWorkers,
          ...limits,
        },
      },
      {
        resolve: { alias },
        // The faults of the smoke are no neighbours for other tests: it starts servers of its own.
        test: { name: 'smoke', include: ['tests/smoke/**/*.test.ts'], maxWorkers: 1 },
      },
    ],
  },
})
