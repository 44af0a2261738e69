/**
 * `/overview` and `/processes`: ask, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import type { Gate } from '../../gate.js'
import { listProcesses, lookAround, type LookParts } from '../../installation/look.js'

/** The routes about the installation as a whole; `gate` bounds how many overviews are made at a time. */
export function installationRoutes(parts: LookParts, gate: Gate): readonly ApiRoute[] {
  return [
    reading('GET', '/overview', async ({ principal }) =>
      jsonAnswer(await gate(() => lookAround(parts, principal))),
    ),
    reading('GET', '/processes', async () => jsonAnswer(await listProcesses(parts))),
  ]
}
