import { describe, expect, it } from 'vitest'
import { subjectOf } from './subject.js'

describe('the subject of a topic', () => {
  it.each([
    ['g.t', false, false, 'ns', 'g.t'],
    ['g.t', true, false, 'ns', 'g.t-value'],
    ['g.t', false, true, 'ns', 'ns_g.t'],
    ['g.t', true, true, 'ns', 'ns_g.t-value'],
    ['g.t', false, true, '', 'g.t'],
  ])(
    '%s with suffix %s and namespace %s (%j) is %s',
    (topic, hasSuffix, hasNamespace, namespace, subject) => {
      expect(subjectOf({ hasSuffix, hasNamespace, namespace: { namespace, separator: '_' } }, topic)).toBe(
        subject,
      )
    },
  )
})
