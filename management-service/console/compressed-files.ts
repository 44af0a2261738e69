/**
 * The built files once more, compressed as well as can be: `app.js.br` beside `app.js`.
 * Takes the build. Gives each file of text that is worth it a Brotli twin, which management serves as it is.
 */
import { brotliCompressSync, constants } from 'node:zlib'
import type { Plugin } from 'vite'

/** Below this the answers of management are not compressed either. */
const bytesMin = 1024
const worthwhile = /\.(js|css|svg)$/

/** The plugin. */
export function compressedFiles(): Plugin {
  return {
    name: 'compressed-files',
    apply: 'build',
    generateBundle: {
      // What is compressed is what the other plugins leave.
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source)
          if (!worthwhile.test(fileName) || source.length < bytesMin) continue
          this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: compressed(source) })
        }
      },
    },
  }
}

function compressed(source: Buffer): Buffer {
  return brotliCompressSync(source, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: source.length,
    },
  })
}
