// pure
/**
 * Previews of messages, with what is nobody's to read hidden where that is asked for.
 * Takes stored bytes, cut off or not. Gives them as they are, or masked. Promises: where it masks, bytes that
 * are no text, and text that cannot be looked into, are hidden as a whole.
 */
import { isUtf8 } from 'node:buffer'
import { maskedNames, maskJsonText, maskText } from './mask.js'

export type MaskPreview = (content: Buffer) => Buffer

/** Makes the mask of previews. */
export function previewMask(isOn: boolean, members: readonly string[]): MaskPreview {
  if (!isOn || members.length === 0) return content => content
  const isMasked = maskedNames(members)
  return content => {
    if (!isUtf8(content)) return Buffer.from(maskText)
    try {
      return Buffer.from(maskJsonText(content.toString('utf8'), isMasked).value)
    } catch {
      return Buffer.from(maskText) // no JSON, so nobody can say what stands in it
    }
  }
}
