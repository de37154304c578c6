import { PasswordSection } from './password-section.tsx'
import { SessionSection } from './session-section.tsx'
import { TwoFactorSection } from './two-factor-section.tsx'

/** What keeps an account its owner's; each section is a card of its own. */
export const SecurityPage = () => (
  <>
    <PasswordSection />
    <TwoFactorSection />
    <SessionSection />
  </>
)
