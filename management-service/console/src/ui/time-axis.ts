// pure
/**
 * The words below the time axis of a chart.
 * Takes moments in seconds since 1970, each some seconds after the one before. Gives hours and minutes of
 * 24 hours, seconds where a moment is no full minute; the day stands below the first moment of each, where
 * they are of more than one.
 */

/** The words, of the browser's time zone unless another one is given. */
export function timeWords(moments: readonly number[], timeZone?: string): readonly string[] {
  const time = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  const date = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' })
  const days = moments.map(moment => date.format(moment * 1000))
  const isOneDay = days.every(day => day === days[0])
  return moments.map((moment, index) => {
    const [hour, minute, second] = time.format(moment * 1000).split(':')
    const words = second === '00' ? `${hour}:${minute}` : `:${second}`
    return isOneDay || days[index] === days[index - 1] ? words : `${words}\n${days[index]}`
  })
}
