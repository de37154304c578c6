import { createHash, randomBytes } from 'node:crypto'

/** What stands in a link that lets its holder in once; only the hash is kept. */
export interface LinkToken {
  token: string
  hash: Buffer
}

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** 256 random bits: nobody guesses it, so that its hash needs neither salt nor stretching. */
export function createLinkToken(): LinkToken {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: hashOfToken(token) }
}
