/**
 * The token servers that subscriptions here may ask.
 * Takes the definitions of providers as they change. Gives each as it is now, with its connections, or why it
 * cannot be asked. Bound: one entry a provider; `connectionsMax` connections to each.
 */
import { isUnreadable, readOAuthProviderNode } from '@iris/common/domain/node-json'
import { tokenUrl, type OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { HttpClient, HttpTarget } from '@iris/common/http/client'
import type { Cancel } from '@iris/common/time/scheduler'
import type { Definitions } from '@iris/common/zookeeper/definitions'

export interface TokenServer {
  readonly provider: OAuthProvider
  /** Path and query of its token endpoint. */
  readonly path: string
  readonly target: HttpTarget
}

export interface TokenServers {
  get(name: string): TokenServer | { readonly problem: string }
  onChange(listener: (name: string) => void): Cancel
}

/** Many subscriptions may ask one server at a start. */
const connectionsMax = 50

/** Makes the servers by their providers' names. */
export function createTokenServers(
  definitions: Pick<Definitions, 'oAuthProvider' | 'onOAuthProvider'>,
  client: Pick<HttpClient, 'target'>,
): TokenServers {
  const servers = new Map<string, TokenServer>()
  return {
    get(name) {
      const known = servers.get(name)
      if (known !== undefined) return known
      const made = serverOf(definitions, client, name)
      if (!('problem' in made)) servers.set(name, made)
      return made
    },
    onChange: listener =>
      definitions.onOAuthProvider(name => {
        servers.get(name)?.target.retire()
        servers.delete(name)
        listener(name)
      }),
  }
}

function serverOf(
  definitions: Pick<Definitions, 'oAuthProvider'>,
  client: Pick<HttpClient, 'target'>,
  name: string,
): TokenServer | { readonly problem: string } {
  const node = definitions.oAuthProvider(name)
  if (node === undefined) return { problem: `There is no OAuth provider ${name}` }
  const provider = readOAuthProviderNode(name, node.data)
  if (isUnreadable(provider)) return provider
  const url = tokenUrl(provider)
  if (url === null) return { problem: `The token endpoint of OAuth provider ${name} is no address` }
  return { provider, path: `${url.pathname}${url.search}`, target: client.target(url, connectionsMax) }
}
