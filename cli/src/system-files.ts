/**
 * The files of this machine, as commands see them. What cannot be read or written is refused with the
 * system's reason.
 */
import { readFileSync } from 'node:fs'
import { open, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Files } from './command.js'
import { refusing } from './words/unusable-file.js'

export const systemFiles: Files = {
  read: path => readFile(path, 'utf8').catch(() => null),
  readBeside: (file, path) => readTextOrNull(resolve(dirname(file), path)),
  write: (path, text) => writeFile(path, text).catch(refusing(path, 'written')),
  open: path => opened(path).catch(refusing(path, 'read')),
}

async function opened(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path)
  const found = await file.stat()
  if (!found.isDirectory()) return file.createReadStream() as AsyncIterable<Buffer>
  await file.close()
  throw new Error('it is a folder')
}

/** A line break at the end of a secret's file is no part of the secret. */
function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null // said by whoever wanted it, with the line in the file
  }
}
