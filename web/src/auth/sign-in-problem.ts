import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { enTwoFactor } from '../platform/en-two-factor.ts'

type Known = keyof typeof enTwoFactor.problems

const isKnown = (code: string): code is Known => code in enTwoFactor.problems

/** What went wrong with a code or with single sign-on, as people say it. */
export const useSignInProblem = (): ((error: Error) => string) => {
  const { t } = useTranslation()
  return (error) => {
    const { code = '' } = error instanceof ProblemError ? error.problem : {}
    return t(`twoFactor.problems.${isKnown(code) ? code : 'other'}`)
  }
}

/** A code has to be asked for anew. */
export const isTooLate = (error: Error | null): boolean =>
  error instanceof ProblemError && error.problem.code === 'code_not_asked'
