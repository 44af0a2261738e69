import { describe, expect, it } from 'vitest'
import { silentLog, type LogFields } from '../lifecycle/log.js'
import { createListeners } from './listeners.js'

describe('listeners', () => {
  it('hear the event although one before them throws, and the log hears of that', () => {
    const logged: (LogFields | undefined)[] = []
    const listeners = createListeners<[number]>(
      { ...silentLog, error: (_, fields) => logged.push(fields) },
      'test',
    )
    const heard: number[] = []
    listeners.add(() => {
      throw new Error('broken')
    })
    listeners.add(value => heard.push(value))

    listeners.emit(7)

    expect(heard).toEqual([7])
    expect(logged).toMatchObject([{ listener: 'test', error: { message: 'broken' } }])
  })

  it('hear nothing after their cancel, also when it comes during the event', () => {
    const listeners = createListeners<[]>(silentLog, 'test')
    const heard: string[] = []
    listeners.add(() => {
      heard.push('first')
      cancel()
    })
    const cancel = listeners.add(() => heard.push('second'))

    listeners.emit()

    expect(heard).toEqual(['first'])
  })
})
