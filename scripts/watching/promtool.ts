/**
 * promtool, which comes with Prometheus (Debian: package `prometheus`).
 * Takes its words. Gives what it said when it refuses, or null.
 */
import { spawnSync } from 'node:child_process'

const limitMs = 60_000

/** Why promtool cannot be asked, or null. */
export function whyNoPromtool(): string | null {
  const { error } = spawnSync('promtool', ['--version'], { timeout: limitMs })
  return error === undefined ? null : 'promtool is not installed (Debian: apt-get install prometheus)'
}

/** Null where it is content. */
export function promtool(...words: readonly string[]): string | null {
  const { status, stdout, stderr } = spawnSync('promtool', words, { timeout: limitMs, encoding: 'utf8' })
  return status === 0 ? null : stdout + stderr
}
