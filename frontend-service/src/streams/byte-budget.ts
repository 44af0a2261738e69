// pure
/**
 * Bytes that many hold together.
 * Takes what each takes and gives back. Gives whether there is room for more.
 * Bound: `bytesMax`, and what those take who were let in while there was room.
 */
export class ByteBudget {
  bytes = 0

  constructor(readonly bytesMax: number) {}

  hasRoom(): boolean {
    return this.bytes < this.bytesMax
  }
}
