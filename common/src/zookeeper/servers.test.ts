import { describe, expect, it } from 'vitest'
import { parseServers } from './servers.js'

describe('a connection string', () => {
  it.each([
    ['127.0.0.1:2181', ['127.0.0.1:2181']],
    ['zoo', ['zoo:2181']],
    ['a:1,b:65535', ['a:1', 'b:65535']],
    [' a:1 , b , ', ['a:1', 'b:2181']],
    ['a:1,b:2/iris/one', ['a:1/iris/one', 'b:2/iris/one']],
    ['a:1/', ['a:1']],
  ])('%j names %j', (text, servers) => {
    expect(parseServers(text)).toEqual(servers)
  })

  it.each([
    ['', 'it names no server'],
    ['/iris', 'it names no server'],
    ['a:0', '"a:0" is not host:port'],
    ['a:65536', '"a:65536" is not host:port'],
    ['a:b', '"a:b" is not host:port'],
    ['[::1]:2181', '"[::1]:2181" is not host:port'],
    ['a:1//x', '"//x" is not a path'],
    ['a:1/x y', '"/x y" is not a path'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseServers(text)).toThrow(why)
  })
})
