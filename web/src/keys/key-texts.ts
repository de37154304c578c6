import type { KeyAction, Role } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { enKeys } from '../platform/en-keys.ts'

/** What each role has to give to a key; the server has the last word. */
export const actionsOf: Record<Role, readonly KeyAction[]> = {
  administrator: ['read', 'ingest', 'commission', 'configure', 'administer'],
  manager: ['read', 'ingest', 'commission', 'configure'],
  technician: ['read', 'commission'],
  viewer: ['read'],
}

type Known = keyof typeof enKeys.problems
const isKnown = (code: string): code is Known => code in enKeys.problems

/** What went wrong with a key, as people say it. */
export const useKeyProblemText = (): ((error: Error) => string) => {
  const { t } = useTranslation()
  return (error) => {
    const code = error instanceof ProblemError ? (error.problem.code ?? '') : ''
    return t(`keys.problems.${isKnown(code) ? code : 'other'}`)
  }
}
