import type { CachedBody } from './body-cache.ts'

export interface Answer {
  body: CachedBody
  hit: boolean
}

/** What somebody sees, with what it takes to go on seeing it. */
export interface Seen extends Answer {
  /** The same for all who see the same. */
  key: string
  /** As it is later; whether they still may, is no part of it. */
  again(): Promise<Answer>
}
