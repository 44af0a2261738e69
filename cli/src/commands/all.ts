/**
 * All commands, in the order in which help and the reference page show them.
 */
import type { Command } from '../command.js'
import { applyCommand } from './definitions/apply.js'
import { diffCommand } from './definitions/diff.js'
import { exportCommand } from './definitions/export.js'
import { planCommand } from './definitions/plan.js'
import { doctorCommand } from '../doctor/doctor.js'
import { publishersCommand } from './look/publishers.js'
import { subscriptionsCommand } from './look/subscriptions.js'
import { topicsCommand } from './look/topics.js'
import { traceCommand } from './look/trace.js'
import { whyCommand } from './look/why.js'
import { benchCommand } from './messages/bench.js'
import { publishCommand } from './messages/publish.js'
import { tailCommand } from './messages/tail.js'

import { dlqPurgeCommand, dlqRedriveCommand } from './repair/dlq-change.js'
import { dlqListCommand, dlqShowCommand, dlqSummaryCommand } from './repair/dlq.js'
import { replayCommand } from './repair/replay.js'
import { pauseCommand, resumeCommand } from './repair/state.js'
import { completionCommand } from './self/completion.js'
import * as profile from './self/profiles.js'
import { tasksCancelCommand, tasksListCommand, tasksWatchCommand } from './repair/tasks.js'

export const allCommands: readonly Command[] = [
  ...[publishCommand, tailCommand, benchCommand],
  ...[topicsCommand, publishersCommand, subscriptionsCommand, whyCommand, traceCommand, doctorCommand],
  ...[dlqListCommand, dlqSummaryCommand, dlqShowCommand, dlqRedriveCommand, dlqPurgeCommand],
  ...[replayCommand, tasksListCommand, tasksWatchCommand, tasksCancelCommand, pauseCommand, resumeCommand],
  ...[planCommand, applyCommand, diffCommand, exportCommand],
  ...[
    profile.addCommand,
    profile.useCommand,
    profile.listCommand,
    profile.showCommand,
    profile.removeCommand,
  ],
  completionCommand,
]
