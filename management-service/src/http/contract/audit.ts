/**
 * What the route of the audit promises.
 */
import { z } from 'zod'
import { auditActions, resourceKinds } from '../../audit/audit-record.js'
import { auditPage } from '../../audit/list-audit.js'
import { json, type ResourceContract } from './contract.js'
import { moment, paging, words } from './parameters.js'

const item = {
  ...{ id: '41', time: 1795368211123, user: 'anna', action: 'updated', kind: 'subscription' },
  ...{ name: 'demo.orders$billing', request: 'PUT /topics/demo.orders/subscriptions/billing' },
  differences: [{ member: 'subscriptionPolicy.rate', before: 400, after: 100 }],
}

export const auditContract: ResourceContract = {
  tag: 'Audit',
  description: 'Who changed what. An addition of Iris.',
  routes: {
    'GET /audit': {
      summary: 'Lists changes, the newest first',
      right: 'admin',
      shows: 'contents',
      query: {
        user: words('Only what this user changed'),
        kind: z.enum(resourceKinds).optional().describe('Only changes of such things'),
        action: z.enum(auditActions).optional().describe('Only such changes'),
        name: words('Only changes of this thing, of what lies in this group, or belongs to this topic'),
        from: moment('Changes from then on'),
        to: moment('Changes before then'),
        ...paging,
      },
      answers: { 200: json(auditPage, { items: [item] }) },
      errors: ['VALIDATION_ERROR', 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'],
    },
  },
}
