import { describe, expect, it } from 'vitest'
import { createReadiness, readinessPages } from './readiness.js'

describe('readiness', () => {
  it('comes with the topics, with Kafka, and with the end of the start, whatever comes last', () => {
    let isLoaded = false
    const readiness = createReadiness([() => isLoaded])

    expect(readiness.readiness()).toEqual({ status: 503, body: 'NOT_READY' })
    readiness.started()
    expect(readiness.isReady()).toBe(false)
    readiness.kafkaSeen()
    expect(readiness.isReady()).toBe(false)
    isLoaded = true

    expect(readiness.readiness()).toEqual({ status: 200, body: 'READY' })
  })

  it('ends with the first moment of a stop, and health with it', () => {
    const readiness = createReadiness([() => true])
    expect(readiness.health()).toEqual({ status: 503, body: 'SHUTDOWN' })
    readiness.started()
    readiness.kafkaSeen()
    expect(readiness.health()).toEqual({ status: 200, body: 'UP' })

    readiness.stopping()

    expect(readiness.health()).toEqual({ status: 503, body: 'SHUTDOWN' })
    expect(readiness.readiness()).toEqual({ status: 503, body: 'NOT_READY' })
  })

  it('needs the consent of every check, and comes back with it', () => {
    let isMarkedReady = false
    const readiness = createReadiness([() => true, () => isMarkedReady])
    readiness.started()
    readiness.kafkaSeen()

    expect(readiness.readiness()).toEqual({ status: 503, body: 'NOT_READY' })
    expect(readiness.health()).toEqual({ status: 200, body: 'UP' })
    isMarkedReady = true

    expect(readiness.isReady()).toBe(true)
  })

  it('has the pages that Hermes has', () => {
    const paths = readinessPages(createReadiness([() => true])).map(page => page.path)

    expect(paths).toEqual(['/status/ping', '/status/health', '/', '/status/ready'])
  })
})
