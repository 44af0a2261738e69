// pure
/**
 * What a frontend says of itself in its node, for the others.
 * Takes its id and address. Gives the node's bytes, and reads those of others.
 * Promises: a node of a later version with more members is read too; one that names no address is nobody.
 */
import { irisVersion } from '@iris/common/lifecycle/version'

/** A live frontend. */
export interface Fellow {
  /** The name of its node: the same again after a restart at the same place. */
  readonly id: string
  /** Where the others reach it. */
  readonly host: string
  readonly port: number
  readonly pid: number
  readonly startedMs: number
  /**
   * What a fellow shows here to prove that it is one: who has it can read ZooKeeper. Empty for a frontend of
   * an earlier version, which asks for none.
   */
  readonly token: string
}

/** The content of a frontend's node; the version is for who looks at it from outside. */
export function cardData({ host, port, pid, startedMs, token }: Fellow): Buffer {
  return Buffer.from(JSON.stringify({ host, port, pid, startedMs, version: irisVersion, token }))
}

/** The frontend whose node `id` has this content, or null. */
export function readCard(id: string, data: Buffer): Fellow | null {
  try {
    const card = JSON.parse(data.toString('utf8')) as Partial<Record<keyof Fellow, unknown>> | null
    const { host, port, pid, startedMs, token } = card ?? {}
    if (typeof host !== 'string' || host === '' || !Number.isInteger(port)) return null
    const numbers = { port: Number(port), pid: Number(pid) || 0, startedMs: Number(startedMs) || 0 }
    return { id, host, ...numbers, token: typeof token === 'string' ? token : '' }
  } catch {
    return null // not ours: whoever wrote it cannot be called
  }
}

/** The id of the frontend at that place; other machines may listen on the same address of loopback. */
export function fellowId(setting: string, machine: string, port: number): string {
  return setting === '' ? `${machine}_${port}` : setting
}
