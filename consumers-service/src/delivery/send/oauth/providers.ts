/**
 * The token servers that subscriptions here may ask.
 * Takes the definitions of providers as they change. Gives each as it is now, with its connections, or why it
 * cannot be asked. Bound: one entry a provider; `connectionsMax` connections to each.
 */
import { isUnreadable, readOAuthProviderNode } from '@iris/common/domain/node-json'
import { tokenUrl, type OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { HttpClient, HttpTarget } from '@iris/common/http/client'
import type { Vault } from '@iris/common/secrets/vault'
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

export interface TokenServerParts {
  readonly definitions: Pick<Definitions, 'oAuthProvider' | 'onOAuthProvider'>
  readonly vault: Pick<Vault, 'open'>
  readonly client: Pick<HttpClient, 'target'>
}

/** Many subscriptions may ask one server at a start. */
const connectionsMax = 50

/** Makes the servers by their providers' names. */
export function createTokenServers(parts: TokenServerParts): TokenServers {
  const servers = new Map<string, TokenServer>()
  return {
    get(name) {
      const known = servers.get(name)
      if (known !== undefined) return known
      const made = serverOf(parts, name)
      if (!('problem' in made)) servers.set(name, made)
      return made
    },
    onChange: listener =>
      parts.definitions.onOAuthProvider(name => {
        servers.get(name)?.target.retire()
        servers.delete(name)
        listener(name)
      }),
  }
}

function serverOf(
  { definitions, vault, client }: TokenServerParts,
  name: string,
): TokenServer | { readonly problem: string } {
  const node = definitions.oAuthProvider(name)
  if (node === undefined) return { problem: `There is no OAuth provider ${name}` }
  const provider = readOAuthProviderNode(name, node.data, vault)
  if (isUnreadable(provider)) return provider
  const url = tokenUrl(provider)
  if (url === null) return { problem: `The token endpoint of OAuth provider ${name} is no address` }
  return { provider, path: `${url.pathname}${url.search}`, target: client.target(url, connectionsMax) }
}
