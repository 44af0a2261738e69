/**
 * `/checkup`: ask, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { checkUp, type CheckupParts } from '../../checkup/checkup.js'
import type { Gate } from '../../gate.js'

/** The route; `gate` bounds how many look at a time. */
export function checkupRoutes(parts: CheckupParts, gate: Gate): readonly ApiRoute[] {
  return [reading('GET', '/checkup', async () => jsonAnswer(await gate(() => checkUp(parts))))]
}
