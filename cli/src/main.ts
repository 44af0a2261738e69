#!/usr/bin/env node
/**
 * The `iris` command: words in, exit code out.
 */
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { profileFile, profilePath } from './profile/profile-file.js'
import { run } from './run.js'
import { createScreen } from './show/screen.js'
import { systemFiles } from './system-files.js'

const interrupted = new AbortController()
process.on('SIGINT', () => {
  // The first lets what is under way end, or asks; who presses again does not want to wait for it.
  if (interrupted.signal.aborted) process.exit(130)
  interrupted.abort()
})
// Whoever read the output wants no more of it: `iris topics | head -1`.
process.stdout.on('error', () => process.exit(0))

const { stdin: input, stdout: output, stderr: error, env: environment } = process
process.exitCode = await run(process.argv.slice(2), {
  ...{ environment, fetch, clock: systemClock, scheduler: systemScheduler, interrupted: interrupted.signal },
  screen: createScreen({
    ...{ input, output, error, environment, clock: systemClock, interrupted: interrupted.signal },
  }),
  input: input.isTTY ? null : (input as AsyncIterable<Buffer>),
  profiles: profileFile(profilePath(environment)),
  files: systemFiles,
})
