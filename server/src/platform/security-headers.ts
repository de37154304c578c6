const yearS = 31_536_000

/** A content security policy: directives and their sources. */
export type ContentPolicy = Readonly<Record<string, string>>

/** An answer that is no page needs nothing. Opened in a tab all the same, nothing in it runs. */
export const policyOfData: ContentPolicy = {
  'default-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

/** A page of ours: everything comes from this server, scripts and styles from files only, and nobody frames it. */
export const policyOfPage: ContentPolicy = {
  ...policyOfData,
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'object-src': "'none'",
  'form-action': "'self'",
}

export const writePolicy = (policy: ContentPolicy): string =>
  Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')

/**
 * What every answer carries; a page replaces the content security policy by its own.
 * @param overTls whether people reach the server by https: only then may a browser be told to insist on it
 */
export const securityHeaders = (overTls: boolean): Record<string, string> => ({
  'content-security-policy': writePolicy(policyOfData),
  'x-content-type-options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  // Addresses hold what one looks at; other sites are told nothing of it.
  'referrer-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=(), browsing-topics=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Not for subdomains: they may be somebody else's.
  ...(overTls && { 'strict-transport-security': `max-age=${yearS}` }),
})
