/**
 * `/mode` and `/roles`: what callers may do. Without a security provider everybody is administrator, so a
 * read-only mode is told and keeps nobody out, as in Hermes.
 */
import {
  emptyAnswer,
  frameworkError,
  jsonAnswer,
  reading,
  textAnswer,
  type ApiRoute,
} from '@iris/common/http/api'

const everybody = ['admin', 'any'] as const

/** The routes of mode and roles. */
export function accessRoutes(): readonly ApiRoute[] {
  let mode: 'readWrite' | 'readOnlyAdmin' = 'readWrite'
  const roles = (...more: readonly string[]): ApiRoute['handle'] => {
    return () => Promise.resolve(jsonAnswer([...everybody, ...more]))
  }
  return [
    reading('GET', '/mode', () => Promise.resolve(textAnswer(mode)), 'text/plain'),
    {
      method: 'POST',
      path: '/mode',
      takesJson: false,
      produces: 'application/json',
      async handle({ query }) {
        await Promise.resolve()
        mode = modeOf(query.get('mode'))
        return emptyAnswer()
      },
    },
    reading('GET', '/roles', roles()),
    reading('GET', '/roles/topics/:topic', roles('topicOwner')),
    reading(
      'GET',
      '/roles/topics/:topic/subscriptions/:subscription',
      roles('topicOwner', 'subscriptionOwner'),
    ),
  ]
}

function modeOf(text: string | null): 'readWrite' | 'readOnlyAdmin' {
  if (text === 'readWrite') return text
  if (text === 'readOnly' || text === 'readOnlyAdmin') return 'readOnlyAdmin'
  throw frameworkError(404)
}
