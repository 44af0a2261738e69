import { describe, expect, it } from 'vitest'
import { parseNetworks } from '@iris/common/http/address-guard'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createEndpointGuard, type EndpointGuard, type ResolveHost } from './endpoint-guard.js'

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['93.184.216.34'],
  'private.example': ['10.1.2.3'],
  'mixed.example': ['93.184.216.34', '169.254.169.254'],
}
const resolve: ResolveHost = name => {
  const addresses = names[name]
  return addresses === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(addresses)
}

function guard(allowed: readonly string[] = [], resolveWith = resolve): EndpointGuard {
  return createEndpointGuard({ scheduler: createVirtualTime(), resolve: resolveWith }, parseNetworks(allowed))
}

describe('an endpoint', () => {
  it.each([
    'http://public.example/in',
    'http://svc:pa55@public.example/in',
    'http://unknown.example/in',
    'http://93.184.216.34/',
    'jms://queue',
    'http://{host}/in',
    'http://public.example/{id}',
  ])('%s is accepted', async endpoint => {
    await expect(guard()(endpoint)).resolves.toBeUndefined()
  })

  it.each([
    'http://127.0.0.1/in',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://localhost:8080/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://svc:pa55@10.0.0.1/',
    'http://10.0.0.1/{id}',
    'http://svc:pa55@private.example{/id}{?q}',
    'http://private.example/in',
    'https://mixed.example/in',
  ])('%s is refused', async endpoint => {
    await expect(guard()(endpoint)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('delivery.allowedNetworks') as string,
    })
  })

  it.each([
    ['http://127.0.0.1/in', '127.0.0.0/8'],
    ['http://private.example/in', '10.0.0.0/8'],
  ])('%s is accepted where %s is allowed', async (endpoint, network) => {
    await expect(guard([network])(endpoint)).resolves.toBeUndefined()
  })

  it('whose name server does not answer is accepted after two seconds', async () => {
    const time = createVirtualTime()
    const never = createEndpointGuard({ scheduler: time, resolve: () => new Promise(() => undefined) }, [])

    const accepted = expect(never('http://slow.example/')).resolves.toBeUndefined()
    await time.advance(2_000)

    await accepted
  })

  it('is refused with any instance or name that is', async () => {
    const call = guard()
    const good = 'http://public.example/'

    await expect(call(good, { instances: [good, 'http://93.184.216.34/{id}'] })).resolves.toBeUndefined()
    await expect(call(good, { instances: [good, 'http://private.example/x'] })).rejects.toThrow(/private/)
    await expect(call('http://10.0.0.1/', { instances: [good] })).rejects.toThrow(/10\.0\.0\.1/)
    await expect(call(good, { dns: 'public.example' })).resolves.toBeUndefined()
    await expect(call(good, { dns: 'mixed.example' })).rejects.toThrow(/link-local/)
    await expect(call(good, { dns: '_webhook._tcp.private.example' })).resolves.toBeUndefined()
  })
})
