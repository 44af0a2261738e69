/**
 * What this process of the frontend is: all of it, the primary of several workers, or one of them.
 * Takes the configuration and Node's word. Gives its life.
 */
import cluster from 'node:cluster'
import { hostname } from 'node:os'
import { ConfigError } from '@iris/common/config/load'
import type { Stop } from '@iris/common/lifecycle/service'
import type { FrontendBase, FrontendConfig } from '../base.js'
import { frontendTls } from '../tls.js'
import { createFrontend, stopMsOf } from '../wire.js'
import { createPrimary, placeVariable } from './primary.js'
import { workerConfig } from './share.js'
import { createWorkerSide } from './worker.js'

export interface Program {
  readonly stopMs: number
  /** Where another process says when to stop; signals say so everywhere. */
  readonly whenToStop?: Promise<string>
  start(): Promise<Stop>
}

/** A primary gives its workers so much longer than they need. */
const crewMs = 1_000

/** Decides once, at the start of the process. */
export function createProgram(base: FrontendBase, config: FrontendConfig): Program {
  refuseSharedSpool(config)
  if (config.workers > 1 && cluster.isPrimary) {
    // Refused here, and not by each worker in turn.
    frontendTls(config)
    const primary = createPrimary(base, config)
    return { stopMs: stopMsOf(config) + crewMs, ...lifeOf(primary) }
  }
  if (cluster.isPrimary) return { stopMs: stopMsOf(config), ...lifeOf(createFrontend(base, config)) }
  const side = createWorkerSide(process, base.scheduler)
  const place = { number: Number(process.env[placeVariable]), count: config.workers }
  const frontend = createFrontend(base, workerConfig(config, place, hostname()), side)
  const whenToStop = new Promise<string>(resolve => side.onStop(() => resolve('the primary')))
  return { stopMs: stopMsOf(config), whenToStop, ...lifeOf(frontend) }
}

/** What a worker leaves in a spool would lie there for ever when workers become fewer. */
function refuseSharedSpool({ workers, spoolDirectory }: FrontendConfig): void {
  if (workers === 1 || spoolDirectory === '') return
  const problem = 'frontend.spool.directory belongs to one process: set frontend.server.workers to 1'
  throw new ConfigError([problem])
}

function lifeOf(part: { start(): Promise<unknown>; stop: Stop }): Pick<Program, 'start'> {
  return {
    async start() {
      await part.start()
      return () => part.stop()
    },
  }
}
