declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Buffer
  export function uncompress(bytes: Uint8Array): Buffer
}
