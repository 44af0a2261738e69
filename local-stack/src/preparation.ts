/**
 * The word of warning before the first start, which takes longer.
 * Takes a place to print. Gives a line when the servers must be downloaded first.
 */
import { existsSync } from 'node:fs'
import { artifactsDir } from './artifacts.js'

/** Prints one line when the jars are not in the cache. */
export async function announcePreparation(print: (text: string) => void): Promise<void> {
  const directory = await artifactsDir()
  if (!existsSync(directory))
    print(`First start: downloading Kafka and ZooKeeper (50 MB) to ${directory} …\n`)
}
