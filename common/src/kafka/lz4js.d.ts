/**
 * What the tests use of the lz4 library, which comes without types.
 */
declare module 'lz4js' {
  export function compress(source: Uint8Array): Uint8Array
}
