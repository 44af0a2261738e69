// pure
/**
 * The processes of an installation, as they are shown.
 * Takes what ZooKeeper lists and how long ago each answered. Gives rows, by kind and then by name.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { processKinds, type LiveProcess } from '../store/ports.js'

/** One process. */
export const processShape = z.object({
  id: z.string().describe('Of a worker of a frontend its own'),
  kind: z.enum(processKinds),
  host: z.string(),
  port: z.int().nullable().describe('Null where it does not tell'),
  pid: z.int().nullable(),
  version: z.string().nullable().describe('Null of versions that do not tell theirs'),
  startedAt: z.string().describe('A date'),
  answering: z
    .boolean()
    .nullable()
    .describe(
      'Whether it told its figures lately; null where nobody has asked: a management, or one just begun',
    ),
})
export type ProcessRow = ValueOf<typeof processShape>

/** Later than this a process that is asked each period is silent. */
const silentPeriods = 3

/** What is known of each. */
export function processRows(
  processes: readonly LiveProcess[],
  answeredAgoMs: (process: LiveProcess) => number | null,
  periodMs: number,
): readonly ProcessRow[] {
  const rows = processes.map((each): ProcessRow => {
    const { id, kind, host, port, pid, version, startedMs } = each
    const agoMs = kind === 'management' ? null : answeredAgoMs(each)
    return {
      ...{ id, kind, host, port, pid, version },
      startedAt: new Date(startedMs).toISOString(),
      answering: agoMs === null ? null : agoMs < silentPeriods * periodMs,
    }
  })
  const place = ({ kind, id }: ProcessRow): string => `${processKinds.indexOf(kind)} ${id}`
  return rows.sort((one, other) => (place(one) < place(other) ? -1 : 1))
}
