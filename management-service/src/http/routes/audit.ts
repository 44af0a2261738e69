/**
 * `/audit`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { listAudit, type ListAuditParts } from '../../audit/list-audit.js'

/** The route of the audit. */
export function auditRoutes(parts: ListAuditParts): readonly ApiRoute[] {
  return [
    reading('GET', '/audit', async ({ query }) =>
      jsonAnswer(
        await listAudit(parts, {
          ...{ user: query.get('user'), kind: query.get('kind'), action: query.get('action') },
          ...{ name: query.get('name'), from: query.get('from'), to: query.get('to') },
          ...{ limit: query.get('limit'), after: query.get('after') },
        }),
      ),
    ),
  ]
}
