/**
 * Which data centres take part, as an operator says.
 * Takes the name of a data centre and a body `{"isReady": …}`. Gives all configured data centres with their
 * marks. Promises: a mark that was not set means ready; a body without the member means not ready, as in
 * Hermes; marks of data centres that are not configured go with the next change.
 */
import { z } from 'zod'
import {
  datacenterMarksToNode,
  readDatacenterMarks,
  readinessStatuses,
  type ReadinessStatus,
} from '@iris/common/domain/datacenter-readiness'
import { isJsonObject, type ValueOf } from '@iris/common/domain/json-shapes'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError } from '@iris/common/zookeeper/zoo-errors'
import { orRefuse } from '../store/zookeeper-failures.js'

export interface DatacenterReadinessParts {
  readonly session: Pick<ZooSession, 'read' | 'write' | 'create'>
  readonly paths: Pick<ZooPaths, 'datacenterReadiness'>
  /** Names of the configured data centres. */
  readonly datacenters: readonly string[]
}

/** One data centre as it is answered. */
export const datacenterReadiness = z.object({ datacenter: z.string(), status: z.enum(readinessStatuses) })
export type DatacenterReadiness = ValueOf<typeof datacenterReadiness>

const nameLengthMax = 100

/** All configured data centres. */
export async function listDatacenterReadiness(
  parts: DatacenterReadinessParts,
): Promise<readonly DatacenterReadiness[]> {
  const { marks } = await read(parts)
  return parts.datacenters.map(datacenter => ({ datacenter, status: marks.get(datacenter) ?? 'READY' }))
}

/** Marks one data centre. */
export async function markDatacenter(
  parts: DatacenterReadinessParts,
  datacenter: string,
  body: unknown,
): Promise<void> {
  if (!isJsonObject(body)) throw new HermesError('OTHER', 'The body must be {"isReady": true or false}', 400)
  const isReady = body['isReady'] ?? false
  if (typeof isReady !== 'boolean')
    throw new HermesError('OTHER', 'isReady must be true or false', 400, undefined, memberAbout('isReady'))
  if (datacenter.length > nameLengthMax)
    throw refusal('VALIDATION_ERROR', { problem: `Name of data centre is over ${nameLengthMax} letters` })
  const { marks, version } = await read(parts)
  const kept = [...marks].filter(([name]) => parts.datacenters.includes(name))
  const data = datacenterMarksToNode(new Map([...kept, [datacenter, isReady ? 'READY' : 'NOT_READY']]))
  const { session, paths } = parts
  if (version !== null) await orRefuse(session.write(paths.datacenterReadiness, data, version))
  else await create(parts, data)
}

async function create({ session, paths }: DatacenterReadinessParts, data: Buffer): Promise<void> {
  try {
    await orRefuse(session.create(paths.datacenterReadiness, data))
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
    throw refusal('CONFLICT', { problem: 'Another change of the readiness came in between; send it again' })
  }
}

async function read({ session, paths }: DatacenterReadinessParts): Promise<{
  readonly marks: ReadonlyMap<string, ReadinessStatus>
  /** Null where there is no node. */
  readonly version: number | null
}> {
  const node = await orRefuse(session.read(paths.datacenterReadiness))
  if (node === null) return { marks: new Map(), version: null }
  // A node that cannot be read counts as no marks at the frontends too; the next change mends it.
  return { marks: readDatacenterMarks(node.data) ?? new Map(), version: node.stat.version }
}
