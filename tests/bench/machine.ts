/**
 * On what the figures were measured: nobody can compare figures without it.
 * Gives lines of Markdown.
 */
import { execFileSync } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** The machine's facts. */
export function machineFacts(): readonly string[] {
  const processors = cpus()
  const memory = (totalmem() / 1024 ** 3).toFixed(1)
  return [
    `- processors: ${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, memory ${memory} GiB`,
    `- system: ${platform()} ${release()} ${arch()}, load before the run ${loadavg()[0]?.toFixed(2) ?? '?'}`,
    `- Node ${process.version}, ${javaVersion()}`,
    '- Kafka, ZooKeeper, the services, the load and the receivers all share this machine',
  ]
}

function javaVersion(): string {
  try {
    return execFileSync('java', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? 'Java'
  } catch {
    return 'Java of unknown version'
  }
}
