// pure
/**
 * Which data centres an operator has marked as not ready, in the node that management writes.
 * Takes the bytes of the node. Gives the marks by data centre, or null for a node that cannot be read.
 * Promises: writes the JSON that Hermes writes; a data centre without a mark is ready.
 */
import { isJsonObject } from './json-shapes.js'

export const readinessStatuses = ['READY', 'NOT_READY'] as const
export type ReadinessStatus = (typeof readinessStatuses)[number]

/** Marks by the name of their data centre. */
export type DatacenterMarks = ReadonlyMap<string, ReadinessStatus>

/** Reads the node; an empty one has no marks. */
export function readDatacenterMarks(data: Buffer): DatacenterMarks | null {
  if (data.length === 0) return new Map()
  const json = parsed(data)
  if (!isJsonObject(json) || !Array.isArray(json['datacenters'])) return null
  const marks = new Map<string, ReadinessStatus>()
  for (const each of json['datacenters'] as unknown[]) {
    if (!isJsonObject(each)) return null
    const { datacenter, status } = each
    const word = readinessStatuses.find(known => known === status)
    if (typeof datacenter !== 'string' || word === undefined) return null
    marks.set(datacenter, word)
  }
  return marks
}

/** The bytes of the node. */
export function datacenterMarksToNode(marks: DatacenterMarks): Buffer {
  const datacenters = [...marks].map(([datacenter, status]) => ({ datacenter, status }))
  return Buffer.from(JSON.stringify({ datacenters }))
}

function parsed(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return null // said by the caller, who knows the path
  }
}
