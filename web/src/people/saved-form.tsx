import { Button, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import formClasses from '../ui/form.module.css'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useProblemText } from './problem-text.ts'

interface SavedFormProps {
  className: string | undefined
  /** What saves it; told of again when something else is typed. */
  change: { error: Error | null; isPending: boolean; isSuccess: boolean; reset(): void }
  onSave: (form: FormData) => void
  children: ReactNode
}

/** Fields of somebody that is there already, with what became of saving them. */
export const SavedForm = ({ className, change, onSave, children }: SavedFormProps) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const problemId = useId()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onSave(new FormData(event.currentTarget))
  }
  return (
    <form
      className={className}
      onSubmit={submit}
      onChange={change.reset}
      aria-describedby={change.error ? problemId : undefined}
    >
      {children}
      {change.error && <ProblemNote error={change.error} id={problemId} text={problemText(change.error)} />}
      <div className={formClasses.actions}>
        <Button type="submit" loading={change.isPending}>
          {t('people.save')}
        </Button>
        <output className={formClasses.saved}>{change.isSuccess && t('people.saved')}</output>
      </div>
    </form>
  )
}

/** @param autoComplete `name` for one's own */
export const PersonNameField = ({ name, autoComplete }: { name: string; autoComplete: 'name' | 'off' }) => {
  const { t } = useTranslation()
  return (
    <TextInput
      name="name"
      label={t('people.name')}
      defaultValue={name}
      autoComplete={autoComplete}
      maxLength={200}
      pattern=".*\S.*"
      required
      withAsterisk={false}
    />
  )
}

export const nameIn = (form: FormData): string => String(form.get('name')).trim()
