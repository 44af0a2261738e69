/**
 * The bell that a sleeping loop listens to.
 * Takes rings at any time. Gives the one waiter its wake-up, at once when it rang since the last wait.
 * Promises: no ring is lost; many rings before a wait count as one.
 */
import type { Scheduler } from './scheduler.js'

export class Signal {
  private hasRung = false
  private wake: (() => void) | null = null

  ring(): void {
    this.hasRung = true
    this.wake?.()
  }

  /** Resolves at the next ring. */
  async wait(): Promise<void> {
    if (!this.hasRung) await new Promise<void>(resolve => (this.wake = resolve))
    this.rest()
  }

  /** Resolves at the next ring or after `limitMs`, whichever comes first; gives whether it rang. */
  async waitAtMost(scheduler: Scheduler, limitMs: number): Promise<boolean> {
    if (!this.hasRung) {
      await new Promise<void>(resolve => {
        const cancel = scheduler.after(limitMs, resolve)
        this.wake = () => {
          cancel()
          resolve()
        }
      })
    }
    const rang = this.hasRung
    this.rest()
    return rang
  }

  private rest(): void {
    this.wake = null
    this.hasRung = false
  }
}
