import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '@iris/common/metrics/registry'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { DirectoryInUse, lockDirectory } from './directory-lock.js'
import { diskFiles, makeDirectory } from './files.js'
import { createSpools, type Spools } from './spools.js'
import { createScriptedProducer, type ScriptedProducer } from './testing/scripted-producer.js'
import { limits, messageOf, openWorld, settled, type TestMessage } from './testing/spool-world.js'

let directory: string
let ends: (() => Promise<unknown>)[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iris-spool-'))
  ends = []
})
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  await rm(directory, { recursive: true, force: true })
})

async function openSpools(
  path: string,
  { processCount = 1, producer = createScriptedProducer(), scheduler = systemScheduler } = {},
): Promise<{ spools: Spools; producer: ScriptedProducer }> {
  const spools = createSpools(
    {
      ...{ log: silentLog, clock: systemClock, scheduler },
      metrics: createMetrics('hermes_frontend_'),
      locate: name => Promise.resolve({ kafkaTopic: name, producer }),
      onSettled: () => undefined,
    },
    { ...limits, directory: path, key: 'frontend.spool.directory', processCount },
  )
  await spools.open()
  let isClosed = false
  ends.push(async () => {
    if (!isClosed) spools.halt()
    if (!isClosed) await spools.close()
  })
  const close = spools.close
  return {
    spools: { ...spools, close: () => ((isClosed = true), close()) },
    producer,
  }
}

async function kept(spools: Spools, message: TestMessage): Promise<string> {
  spools.accept(message)
  return (await message.kept).kind
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(resolve => setTimeout(resolve, 5))
}

describe('a spool on a real disk', () => {
  it('has called fdatasync on its file, and on the directory for a new file, before it tells', async () => {
    const probe = await open(join(directory, 'probe'), 'w')
    const prototype = Object.getPrototypeOf(probe) as FileHandle
    await probe.close()
    const synced: string[] = []
    const real = prototype.datasync
    prototype.datasync = async function (this: FileHandle) {
      synced.push((await this.stat()).isDirectory() ? 'directory' : 'file')
      return real.call(this)
    }
    ends.push(() => Promise.resolve((prototype.datasync = real)))
    const { spools } = await openSpools(join(directory, 'spool'))
    synced.length = 0

    const tellings: string[][] = []
    for (const id of ['1', '2', '3']) {
      await kept(spools, messageOf(id))
      tellings.push(synced.splice(0))
    }

    expect(tellings).toEqual([['file', 'directory'], ['file'], ['file']])
  })

  it('gives what a process left to the next one, in order, after a tail was torn', async () => {
    const path = join(directory, 'spool')
    const first = await openSpools(path)
    for (let n = 0; n < 20; n++) await kept(first.spools, messageOf(`m${n}`, { key: 'k' }))
    first.spools.halt()
    await first.spools.close()
    const [name = ''] = (await readdir(join(path, '0'))).filter(each => each.startsWith('messages-'))
    const whole = await readFile(join(path, '0', name))
    await writeFile(join(path, '0', name), Buffer.concat([whole, whole.subarray(16, 60)]))

    const second = await openSpools(path)
    second.spools.start()
    await until(() => second.producer.appended.length === 20)
    second.producer.answer()

    expect(second.producer.log.map(each => each.id)).toEqual(Array.from({ length: 20 }, (_e, n) => `m${n}`))
    expect((await stat(join(path, '0', name))).size).toBe(whole.length)
    await until(() => second.spools.status('m19')?.settled?.end.kind === 'stored')
  })

  // Without root there is no small disk to fill; `spool.test.ts` has the same with a disk in memory.
  it.runIf(process.getuid?.() === 0)(
    'refuses when the disk is full, gives back the space of the half message, and goes on later',
    async () => {
      const mount = join(directory, 'small')
      await mkdir(mount)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mount])
      ends.push(() => Promise.resolve(execFileSync('umount', ['-l', mount])))
      const { spool, producer } = await openWorld(diskFiles(mount), { bytesMax: 100_000_000 })
      ends.push(() => spool.close())
      const body = JSON.stringify('x'.repeat(30_000))
      const used = (): number => Number(execFileSync('du', ['-s', '-B1', mount]).toString().split('\t')[0])

      const told: string[] = []
      let usedBefore = 0
      for (let n = 0; n < 20 && !told.includes('full'); n++) {
        usedBefore = used()
        const message = messageOf(`m${n}`, { body, isHeld: false })
        spool.accept(message)
        told.push((await message.kept).kind)
      }

      expect(told.slice(0, -1).every(kind => kind === 'kept')).toBe(true)
      expect(told.at(-1)).toBe('full')
      expect(used()).toBe(usedBefore)
      const taken = told.length - 1
      await until(async () => {
        producer.answer()
        await settled()
        return producer.log.length === taken
      })
      expect(producer.log.map(each => each.id)).toEqual(Array.from({ length: taken }, (_e, n) => `m${n}`))
    },
  )
})

describe('a directory', () => {
  it('has one owner, and is free again when the owner has given it back', async () => {
    const lock = await lockDirectory(directory)

    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
    await lock.release()
    const again = await lockDirectory(directory)

    await again.release()
    expect(await readdir(directory)).toEqual([])
  })

  it('is free again when its owner was killed', async () => {
    const module = new URL('../../dist/spool/directory-lock.js', import.meta.url).href
    const script = `import(${JSON.stringify(module)}).then(m => m.lockDirectory(${JSON.stringify(directory)}))
      .then(() => { process.stdout.write('locked'); setInterval(() => {}, 1000) })`
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    ends.push(() => Promise.resolve(owner.kill('SIGKILL')))
    await once(owner.stdout, 'data')
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
    owner.kill('SIGKILL')
    await once(owner, 'exit')

    const lock = await lockDirectory(directory)

    await lock.release()
  })

  it('goes to one of many that ask at the same moment, also past a dead lock', async () => {
    for (let round = 0; round < 50; round++) {
      await writeFile(join(directory, 'lock-1'), '')

      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)))

      const locks = asked.filter(each => each.status === 'fulfilled')
      expect(locks).toHaveLength(1)
      await locks[0]?.value.release()
      expect(await readdir(directory)).toEqual([])
    }
  })

  it('with too long a path is refused with a sentence', async () => {
    const long = join(directory, 'x'.repeat(90))
    await makeDirectory(long)

    await expect(lockDirectory(long)).rejects.toThrow('too long')
  })

  it('shared by several processes has a part for each, and refuses one too many by the name of its key', async () => {
    const path = join(directory, 'shared')
    const first = await openSpools(path, { processCount: 2 })
    const second = await openSpools(path, { processCount: 2 })
    expect(await kept(first.spools, messageOf('1'))).toBe('kept')
    expect(await kept(second.spools, messageOf('2'))).toBe('kept')

    await expect(openSpools(path, { processCount: 2 })).rejects.toThrow(
      /^frontend\.spool\.directory: .*in use/,
    )
    expect((await readdir(path)).sort()).toEqual(['0', '1'])
  })

  it('whose owner will not come back is brought to Kafka by another, before what comes later', async () => {
    const path = join(directory, 'shrinking')
    const [first, second] = [
      await openSpools(path, { processCount: 2 }),
      await openSpools(path, { processCount: 2 }),
    ]
    await kept(second.spools, messageOf('orphan'))
    for (const each of [first, second]) {
      each.spools.halt()
      await each.spools.close()
    }

    const only = await openSpools(path, { processCount: 1 })
    expect(only.spools.hasWaiting('acme.orders')).toBe(true)
    await kept(only.spools, messageOf('later'))
    only.spools.start()
    await until(() => only.producer.appended.length > 0)
    await settled()
    expect(only.producer.appended).toHaveLength(1)
    only.producer.answer()

    await until(() => only.producer.appended.length > 0)
    only.producer.answer()
    expect(only.producer.log.map(({ id }) => id)).toEqual(['orphan', 'later'])
    await until(() => only.spools.status('orphan')?.settled?.end.kind === 'stored')
  })

  it('is brought to Kafka by nobody who was halted while it was being adopted', async () => {
    const path = join(directory, 'halted')
    const eachMinute: (() => void)[] = []
    const every: typeof systemScheduler.every = (periodMs, run) => {
      if (periodMs === 60_000) eachMinute.push(run)
      return systemScheduler.every(periodMs, run)
    }
    const heir = await openSpools(path, { scheduler: { ...systemScheduler, every } })
    const owner = await openSpools(path, { processCount: 2 })
    heir.spools.start()
    await kept(owner.spools, messageOf('orphan'))
    owner.spools.halt()
    await owner.spools.close()

    eachMinute.forEach(run => run())
    heir.spools.halt()
    await until(() => heir.spools.hasWaiting('acme.orders'))
    await settled()

    expect(heir.producer.appended).toEqual([])
  })
})
