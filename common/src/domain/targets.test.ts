import { describe, expect, it } from 'vitest'
import { compileTargets, readTargetForm, targetsMax } from './targets.js'

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `http://h${index}/`)

describe('the targets of a subscription', () => {
  it.each([
    [{}, { kind: 'endpoint' }],
    [{ instances: null, dns: null, strategy: 'MINE', team: 'x' }, { kind: 'endpoint' }],
    [{ instances: '', dns: '', strategy: '' }, { kind: 'endpoint' }],
    [
      { instances: ['http://a'], dns: '', strategy: '' },
      { kind: 'instances', addresses: ['http://a'] },
    ],
    [{ instances: [] }, { kind: 'instances', addresses: [] }],
    [
      { instances: ['http://a/x', 'https://b:8/{id}'], strategy: 'ROUND_ROBIN', note: 1 },
      { kind: 'instances', addresses: ['http://a/x', 'https://b:8/{id}'] },
    ],
    [{ instances: many(targetsMax) }, { kind: 'instances', addresses: many(targetsMax) }],
    [{ dns: '_webhook._tcp.example.com' }, { kind: 'dns', name: '_webhook._tcp.example.com' }],
    [{ dns: 'workers' }, { kind: 'dns', name: 'workers' }],
  ])('are read from %j', (metadata, form) => {
    expect(readTargetForm(metadata)).toEqual(form)
  })

  it.each<[object, RegExp]>([
    [{ instances: ['http://a'], dns: 'a' }, /^instances and dns exclude each other/],
    [{ instances: 'http://a' }, /^instances must be a list/],
    [{ instances: many(targetsMax + 1) }, /^instances may have at most 100 addresses$/],
    [{ instances: ['http://a', 7] }, /^instances\[1\] must be an address$/],
    [{ instances: ['http://a', 'ftp://b'] }, /^instances\[1\] must be an address of http or https/],
    [{ instances: ['http://u:p@a/'] }, /^instances\[0\] must have no credentials/],
    [{ instances: ['http://a/{x[0]}'] }, /^instances\[0\] must be a template: The variable name x\[0\]/],
    [{ instances: ['http://a/', 'http://b/', 'http://a/'] }, /^instances\[2\] was there before$/],
    [{ instances: ['http://a'], strategy: 'RANDOM' }, /^strategy must be ROUND_ROBIN$/],
    [{ dns: 'http://a' }, /^dns must be a name/],
    [{ dns: 'a..b' }, /^dns must be a name/],
    [{ dns: ['a'] }, /^dns must be a name/],
  ])('are refused as %j', (metadata, problem) => {
    expect((readTargetForm(metadata as never) as { problem: string }).problem).toMatch(problem)
  })

  it('are the instances in place of the endpoint, or the hosts of a name behind it', () => {
    expect(compileTargets('http://h/a', {})).toEqual({ kind: 'fixed' })
    expect(compileTargets('http://h/{a}', {})).toMatchObject({
      kind: 'list',
      templates: [{ variables: ['a'] }],
    })
    expect(compileTargets('http://h/a', { instances: ['http://b/', 'http://c/{d}'] })).toMatchObject({
      kind: 'list',
      templates: [{ origin: 'http://b' }, { origin: 'http://c', variables: ['d'] }],
    })
    expect(compileTargets('http://h:8/{a}', { dns: 'b' })).toMatchObject({
      kind: 'dns',
      name: 'b',
      template: { origin: 'http://h:8', variables: ['a'] },
    })
    expect(compileTargets('http://{h}/', { dns: 'b' })).toHaveProperty('problem')
    expect(compileTargets('http://h/', { instances: 'b' })).toHaveProperty('problem')
  })
})
