/**
 * Where to go after signing in. Only an address of this site: `?next=//evil.example` in a link somebody sent must not
 * lead away. Backslashes count as slashes in browsers, and tabs and line ends are dropped by them.
 */
export const returnAddress = (next: unknown): string => {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || /[\\\p{Cc}]/u.test(next)) return '/'
  return next.startsWith('/sign-in') ? '/' : next
}
