// pure
/**
 * The figures of a run, and what availability has to do with them.
 * Takes what was bought and what became of it. Gives text for the terminal.
 */
import type { Bought } from './customers.js'

/** One variant in one run. */
export interface VariantFigures {
  readonly asked: number
  readonly taken: number
  readonly failed: number
  /** Taken, and never completed. */
  readonly lost: number
  readonly p50Ms: number
}

/** A run. */
export interface ShopFigures {
  readonly synchronous: VariantFigures
  readonly asynchronous: VariantFigures
  /** Messages that waited in Iris for billing at most. */
  readonly lag: number
  /** From the return of billing to the last order complete. */
  readonly caughtUpMs: number
  /** Deliveries of a message that had been processed, dropped by its id. */
  readonly repeats: number
  /** Orders of the asynchronous variant with more or fewer than one bill and one mail. */
  readonly wrongEffects: number
}

/**
 * The chance that all of several independent services answer at the same moment: the product of their
 * availabilities, each between 0 and 1.
 */
export function availabilityOf(services: readonly number[]): number {
  return services.reduce((product, each) => product * each, 1)
}

/** The value in the middle; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The figures of a variant. */
export function figuresOf(bought: Bought, completed: ReadonlySet<string>): VariantFigures {
  const { asked, taken, latenciesMs } = bought
  return {
    asked,
    taken: taken.length,
    failed: asked - taken.length,
    lost: taken.filter(id => !completed.has(id)).length,
    p50Ms: median(latenciesMs),
  }
}

/** What each service is assumed to be worth in the example of the formula. */
const assumed = 0.995

/** The table at the end of the story. */
export function figuresTable(figures: ShopFigures): string {
  const { synchronous, asynchronous, lag, caughtUpMs, repeats, wrongEffects } = figures
  const waited = `at most ${lag} messages waited in Iris for billing`
  const caughtUp = `all was done ${Math.round(caughtUpMs)} ms after its return`
  return `
                 asked   taken  failed    lost     p50
${row('synchronous', synchronous)}
${row('asynchronous', asynchronous)}

  ${waited}; ${caughtUp}
  deliveries that came again and were dropped by their id: ${repeats}
  orders without exactly one bill and one mail: ${wrongEffects}

How often can an order be taken? The availabilities of all that must be there at the same moment multiply.
With each of them up ${percent(assumed)} of the time, and in this run:

  orders x methods x billing x notifications   ${chain(4)}   ${share(synchronous)}
  orders x Iris                                ${chain(2)}   ${share(asynchronous)}
`
}

function chain(services: number): string {
  return percent(availabilityOf(Array.from({ length: services }, () => assumed)))
}

function row(name: string, { asked, taken, failed, lost, p50Ms }: VariantFigures): string {
  const cells = [asked, taken, failed, lost].map(each => String(each).padStart(8))
  return `${name.padEnd(14)}${cells.join('')}${`${Math.round(p50Ms)} ms`.padStart(8)}`
}

function share({ asked, taken }: VariantFigures): string {
  return percent(asked === 0 ? 0 : taken / asked)
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
