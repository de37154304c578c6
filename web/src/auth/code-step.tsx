import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './outside-card.module.css'
import { OutsideCard } from './outside-card.tsx'
import { giveCode } from './session.ts'
import { isTooLate, useSignInProblem } from './sign-in-problem.ts'

interface CodeStepProps {
  onDone: () => void
  /** Back to the password. */
  onAgain: () => void
}

/** What comes after the password where somebody has two-factor sign-in. */
export const CodeStep = ({ onDone, onAgain }: CodeStepProps) => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const problemText = useSignInProblem()
  const problemId = useId()
  const [byRecovery, setByRecovery] = useState(false)
  const attempt = useMutation({
    // Digits of Japanese keyboards are digits, too.
    mutationFn: (typed: string) => {
      const code = typed.normalize('NFKC').trim()
      return giveCode(client, byRecovery ? { recovery_code: code } : { code })
    },
    onSuccess: onDone,
  })
  const { error } = attempt
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    attempt.mutate(String(new FormData(event.currentTarget).get('code')))
  }
  const change = () => {
    setByRecovery(!byRecovery)
    attempt.reset()
  }
  return (
    <OutsideCard title={t('twoFactor.step.title')} onSubmit={submit} describedBy={error ? problemId : undefined}>
      <p className={classes.text}>{t(byRecovery ? 'twoFactor.step.lostText' : 'twoFactor.step.text')}</p>
      <TextInput
        key={String(byRecovery)}
        name="code"
        label={t(byRecovery ? 'twoFactor.step.recoveryCode' : 'twoFactor.step.code')}
        autoComplete={byRecovery ? 'off' : 'one-time-code'}
        inputMode={byRecovery ? 'text' : 'numeric'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={60}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page is this field, nothing is skipped
        autoFocus
        required
        withAsterisk={false}
      />
      {error && <ProblemNote error={error} id={problemId} text={problemText(error)} />}
      {isTooLate(error) ? (
        <Button onClick={onAgain} fullWidth mt={4}>
          {t('twoFactor.step.again')}
        </Button>
      ) : (
        <Button type="submit" loading={attempt.isPending} fullWidth mt={4}>
          {t('twoFactor.step.submit')}
        </Button>
      )}
      <div className={classes.others}>
        <Button variant="subtle" onClick={change}>
          {t(byRecovery ? 'twoFactor.step.found' : 'twoFactor.step.lost')}
        </Button>
        {!isTooLate(error) && (
          <Button variant="subtle" color="gray" onClick={onAgain}>
            {t('twoFactor.step.again')}
          </Button>
        )}
      </div>
      {byRecovery && <p className={classes.small}>{t('twoFactor.step.help')}</p>}
    </OutsideCard>
  )
}
