import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { enPeople } from '../platform/en-people.ts'

type Known = keyof typeof enPeople.problems

const isKnown = (code: string): code is Known => code in enPeople.problems

/** What went wrong with somebody's account, as people say it. */
export const useProblemText = (): ((error: Error) => string) => {
  const { t } = useTranslation()
  return (error) => {
    if (!(error instanceof ProblemError)) return t('people.problems.other')
    const { code = '', errors } = error.problem
    if (errors?.some(({ path }) => path === 'email')) return t('people.problems.email')
    return t(`people.problems.${isKnown(code) ? code : 'other'}`)
  }
}
