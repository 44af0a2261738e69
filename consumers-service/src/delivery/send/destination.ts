/**
 * Where the requests of one subscription go: its connections and the path on them.
 * Takes plans as they change. Gives the present destination.
 * Promises: connections are kept while origin, protocol and their number stay; else what is under way on the
 * old ones ends first.
 */
import type { HttpClient, HttpTarget, HttpVersion } from '@iris/common/http/client'

/** An address and how it is called. */
export interface Route {
  readonly endpoint: URL
  readonly httpVersion: HttpVersion
  readonly connectionsMax: number
}

export interface Destination {
  readonly target: HttpTarget
  readonly path: string
  readonly route: Route
}

/** The destination by a route; `former` is the one so far. */
export function destinationOf(client: HttpClient, route: Route, former: Destination | null): Destination {
  const { endpoint, httpVersion, connectionsMax } = route
  const isSame =
    former?.route.endpoint.origin === endpoint.origin &&
    former.route.httpVersion === httpVersion &&
    former.route.connectionsMax === connectionsMax
  if (!isSame) former?.target.retire()
  return {
    target: isSame ? former.target : client.target(endpoint, connectionsMax, httpVersion),
    path: `${endpoint.pathname}${endpoint.search}`,
    route,
  }
}
