/**
 * What a page of the console is to the shell.
 */
import type { Icon } from '@tabler/icons-react'
import type { ComponentType } from 'react'

/** The parts of a page's address, by their names in the pattern. */
export type PageParams = Readonly<Record<string, string>>

export interface NavigationEntry {
  readonly label: string
  readonly icon: Icon
  readonly order: number
  /** Left out where every installation has it. */
  readonly isThere?: () => boolean
}

export interface PageRoute {
  /** Below `/ui`, such as `/topics/:topic`. */
  readonly path: string
  /** Where it stands in the navigation; left out where it is reached from other pages. */
  readonly navigation?: NavigationEntry
  /** Loads the page; what it needs comes over the network when it is opened first. */
  load(): Promise<{ readonly Page: ComponentType<{ readonly params: PageParams }> }>
}
