/**
 * What the page that management began with says of the installation.
 */

/** Whether it has a webhook inbox, as a local stack does. */
export function hasInbox(): boolean {
  return document.querySelector('meta[name="iris-inbox"]')?.getAttribute('content') !== 'no'
}
