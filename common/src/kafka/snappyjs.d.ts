/**
 * What we use of the snappy library, which comes without types.
 */
declare module 'snappyjs' {
  /** Throws when the data is broken or unfolds past `maxLength` bytes. */
  export function uncompress(compressed: Buffer, maxLength?: number): Buffer
  export function compress(uncompressed: Buffer): Buffer
}
