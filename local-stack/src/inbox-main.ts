/**
 * The inbox as a program of its own.
 * Takes `--port` and `--host`. Runs until a signal.
 */
import { parseArgs } from 'node:util'
import { runService } from '@iris/common/lifecycle/service'
import { createLog, stderrSink } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { startInbox } from './inbox.js'
import { loopback } from './ports.js'

const stopMs = 5_000
const { values } = parseArgs({
  options: { port: { type: 'string', default: '8070' }, host: { type: 'string', default: loopback } },
})
const log = createLog({ level: 'info', clock: systemClock, sink: stderrSink(), fields: {} })

await runService({
  name: 'inbox',
  log,
  stopMs,
  async start() {
    const inbox = await startInbox({ port: Number(values.port), host: values.host })
    log.info('inbox.listening', { url: inbox.url })
    return () => inbox.stop()
  },
})
