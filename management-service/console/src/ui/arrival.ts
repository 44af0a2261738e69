// pure
/**
 * When a person has come to another page.
 * Takes the address of each page as it shows its heading. Tells where that is another one than before: not
 * for the first page, which the browser tells by itself, and not where only the query is another one.
 */

/** Makes the memory of it. Call what it gives with each heading. */
export function createArrivals(): (address: string, onArrival: () => void) => void {
  let last: string | null = null
  return (address, onArrival) => {
    const hasCome = last !== null && last !== address
    last = address
    if (hasCome) onArrival()
  }
}
