/**
 * `/readiness/datacenters`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import {
  listDatacenterReadiness,
  markDatacenter,
  type DatacenterReadinessParts,
} from '../../readiness/datacenter-readiness.js'

/** The routes of the data centres' readiness. */
export function readinessRoutes(parts: DatacenterReadinessParts): readonly ApiRoute[] {
  return [
    reading('GET', '/readiness/datacenters', async () => jsonAnswer(await listDatacenterReadiness(parts))),
    writing('POST', '/readiness/datacenters/:datacenter', async ({ params, body }) => {
      await markDatacenter(parts, params['datacenter'] ?? '', body)
      return emptyAnswer(202)
    }),
  ]
}
