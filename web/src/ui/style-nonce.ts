import { setNonce } from 'get-nonce'

/**
 * The content security policy takes only those style elements that carry the page's nonce. The server writes it into
 * the page; browsers show it to scripts as a property, not as an attribute.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

// For what keeps the page still behind dialogs (react-remove-scroll), which asks there.
setNonce(nonce)

export const getStyleNonce = (): string => nonce
