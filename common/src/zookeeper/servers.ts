// pure
/**
 * The servers of a ZooKeeper connection string.
 * Takes `host:port,host:port/chroot` as Hermes has it. Gives one connection string a server, so that we
 * choose the order. Refuses what names no server or a port that is none, with a sentence for whoever
 * configured it.
 */

const portDefault = 2181
const serverPattern = /^([a-zA-Z0-9_.-]+)(?::(\d{1,5}))?$/
const chrootPattern = /^(\/[^/\s]+)+$/

/** `a:2181,b/iris` -> `['a:2181/iris', 'b:2181/iris']`. */
export function parseServers(text: string): readonly string[] {
  const slash = text.indexOf('/')
  const chroot = slash < 0 ? '' : text.slice(slash).replace(/\/+$/, '')
  if (chroot !== '' && !chrootPattern.test(chroot)) throw refuse(text, `"${chroot}" is not a path`)

  const hosts = (slash < 0 ? text : text.slice(0, slash)).split(',').map(part => part.trim())
  const servers = hosts
    .filter(host => host !== '')
    .map(host => {
      const match = serverPattern.exec(host)
      const port = Number(match?.[2] ?? portDefault)
      if (match === null || port < 1 || port > 65_535) throw refuse(text, `"${host}" is not host:port`)
      return `${match[1]}:${port}${chroot}`
    })
  if (servers.length === 0) throw refuse(text, 'it names no server')
  return servers
}

function refuse(text: string, why: string): Error {
  const expected = 'host:port[,host:port…][/chroot]'
  return new Error(`ZooKeeper connection string "${text}": ${why}; expected ${expected}`)
}
