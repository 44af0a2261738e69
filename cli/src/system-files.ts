/**
 * The files of this machine, as commands see them.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Files } from './command.js'

export const systemFiles: Files = {
  read: path => readFile(path, 'utf8').catch(() => null),
  readBeside: (file, path) => readTextOrNull(resolve(dirname(file), path)),
  write: (path, text) => writeFile(path, text),
  pieces: path => createReadStream(path) as AsyncIterable<Buffer>,
}

/** A line break at the end of a secret's file is no part of the secret. */
function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null // said by whoever wanted it, with the line in the file
  }
}
