/**
 * The names by which readers may call.
 * Takes routes and how the frontend listens. Gives the same routes, which refuse any other name in `Host`.
 */
import { writeProblem } from '@iris/common/errors/problem'
import { createHostCheck } from '@iris/common/http/host-names'
import { answerWhole, type Route } from '@iris/common/http/router'
import type { FrontendConfig } from '../base.js'

type Naming = Pick<FrontendConfig, 'host' | 'isAuthenticating' | 'hostNames'>

/** Makes them. */
export function byName(config: Naming, routes: readonly Route[]): readonly Route[] {
  const check = createHostCheck({ ...config, isAsking: config.isAuthenticating })
  return routes.map(route => ({
    ...route,
    handle(request, response, parameters) {
      const refused = check(request.headers.host)
      if (refused === null) return route.handle(request, response, parameters)
      const { contentType, body } = writeProblem(refused, request.headers.accept)
      answerWhole(response, refused.status, ['Content-Type', contentType], body)
    },
  }))
}
