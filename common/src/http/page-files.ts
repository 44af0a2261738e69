/**
 * The files of a page, such as those of the console, for anybody who asks.
 * Takes a folder. Gives handlers for an Express application: a file that was compressed when it was built
 * (`app.js.br` beside `app.js`) goes out as it is to whoever takes it, any other one as it stands.
 * Promises: no listing, no redirect, nothing that begins with a dot; what is not there is left to who comes
 * next. Files below `assets` are kept for good: build tools change their names with their content.
 */
import { extname } from 'node:path'
import express, { type Request, type RequestHandler, type Response } from 'express'

const compressedEnd = '.br'
const keptForGood = 'public, max-age=31536000, immutable'

/** Each line of a head counts in a first load of some twenty files: the ETag says when one is new. */
const options = {
  ...{ index: false, redirect: false, dotfiles: 'ignore' },
  ...{ lastModified: false, acceptRanges: false },
} as const

/** The handlers, in their order. */
export function pageFiles(folder: string): readonly RequestHandler[] {
  const plain = express.static(folder, { ...options, setHeaders: keepAssets })
  const compressed = express.static(folder, { ...options, setHeaders: sayCompressed })
  return [
    (request, response, next) => {
      const { url } = request
      if (!takesCompressed(request)) return next()
      request.url = url.replace(/[?#].*|$/, end => compressedEnd + end)
      compressed(request, response, (error?: unknown) => {
        request.url = url
        next(error)
      })
    },
    plain,
  ]
}

/** Whatever it likes best: what was compressed with time to spare is smaller than anything made meanwhile. */
function takesCompressed(request: Request): boolean {
  return request.acceptsEncodings('br') === 'br'
}

function keepAssets(response: Response, path: string): void {
  response.vary('Accept-Encoding')
  if (/[\\/]assets[\\/]/.test(path)) response.setHeader('Cache-Control', keptForGood)
}

function sayCompressed(response: Response, path: string): void {
  keepAssets(response, path)
  if (!path.endsWith(compressedEnd)) return
  response.type(extname(path.slice(0, -compressedEnd.length)))
  response.setHeader('Content-Encoding', 'br')
}
