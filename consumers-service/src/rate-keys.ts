/**
 * Configuration keys of the output rate: which controller keeps it, and how it does so.
 * Names and defaults are Hermes' where it has the key; its own prose says where not.
 */
import { choice, decimal, key, ms } from '@iris/common/config/declare'

const day = 86_400_000

/** Hermes reads the two delays as whole seconds. */
export const rateKeys = {
  rateController: key(
    'consumer.rate.controller',
    choice(['adaptive', 'hermes']),
    'adaptive',
    'Who adapts the output rate to the endpoint: ours, or the three modes of Hermes',
  ),
  ratePauseAfterMs: key(
    'consumer.rate.pauseAfter',
    ms(1_000, day),
    300_000,
    'Adaptive: an endpoint of which no attempt succeeded for so long counts as paused by itself',
  ),
  rateProbeMaxMs: key(
    'consumer.rate.probeMaxInterval',
    ms(250, 3_600_000),
    30_000,
    'Adaptive: the longest time between two probes of an endpoint that is down',
  ),
  rateHoldMaxMs: key(
    'consumer.rate.retryAfterMax',
    ms(0, 3_600_000),
    60_000,
    'Adaptive: how long a `Retry-After` stops a subscription before a probe asks again',
  ),
  ratePeriodMs: key(
    'consumer.rate.limiterSupervisorPeriod',
    ms(1_000, 3_600_000),
    30_000,
    'Hermes: how often the rate is judged',
  ),
  rateConvergence: key(
    'consumer.rate.convergenceFactor',
    decimal(0, 1),
    0.2,
    'Hermes: the part of the way to the maximum that a good period goes, and of the rate that a bad one takes',
  ),
  rateSpeedUpTolerance: key(
    'consumer.rate.failuresSpeedUpToleranceRatio',
    decimal(0, 1),
    0.01,
    'Hermes: up to this share of failures the rate rises',
  ),
  rateNoChangeTolerance: key(
    'consumer.rate.failuresNoChangeToleranceRatio',
    decimal(0, 1),
    0.05,
    'Hermes: beyond this share of failures the rate falls',
  ),
  rateSlowDelayMs: key(
    'consumer.rate.limiterSlowModeDelay',
    ms(1_000, 3_600_000),
    1_000,
    'Hermes: between two messages in SLOW mode',
  ),
  rateHeartbeatDelayMs: key(
    'consumer.rate.limiterHeartbeatModeDelay',
    ms(1_000, 3_600_000),
    60_000,
    'Hermes: between two messages in HEARTBEAT mode',
  ),
} as const
