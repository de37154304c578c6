import { Button, TextInput } from '@mantine/core'
import { keyDays, type KeyAction, type NewApiKey, type Role } from '@plenum/contract'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ScopePicker } from '../people/scope-picker.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { KeyActionsField } from './key-actions-field.tsx'
import { KeyLifeField, lifeOf } from './key-life-field.tsx'
import { useOwnKeyChanges } from './key-queries.ts'
import { actionsOf, useKeyProblemText } from './key-texts.ts'
import classes from './keys.module.css'

/** As managers have them: no single floors. */
const wholeBuildings = { role: 'manager', places: [] } as const

interface NewKeyFormProps {
  role: Role
  onCreated: (key: NewApiKey) => void
}

/** A key of one's own, for no more than it needs. */
export const NewKeyForm = ({ role, onCreated }: NewKeyFormProps) => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const { create } = useOwnKeyChanges()
  const [actions, setActions] = useState<KeyAction[]>(['read'])
  /** null: wherever the person may. */
  const [buildingIds, setBuildingIds] = useState<number[] | null>(null)
  // What is about all buildings at once is within none.
  const offered = actionsOf[role].filter((action) => buildingIds === null || action !== 'administer')
  const chosen = actions.filter((action) => offered.includes(action))

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = {
      name: String(form.get('name')).trim(),
      actions: chosen,
      ...(buildingIds && { building_ids: buildingIds }),
      ...lifeOf(form),
    }
    create.mutate(input, { onSuccess: onCreated })
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.text}>{t('keys.newText')}</p>
      <TextInput
        name="name"
        label={t('keys.name')}
        description={t('keys.nameText')}
        inputWrapperOrder={['label', 'input', 'description']}
        autoComplete="off"
        data-autofocus
        maxLength={200}
        required
        withAsterisk={false}
      />
      <KeyActionsField offered={offered} chosen={chosen} onChange={setActions} />
      <div className={classes.choices}>
        <label>
          <input
            type="checkbox"
            checked={buildingIds !== null}
            onChange={({ currentTarget }) => setBuildingIds(currentTarget.checked ? [] : null)}
          />
          <span>{t('keys.onlySome')}</span>
        </label>
      </div>
      {buildingIds && (
        <ScopePicker
          {...wholeBuildings}
          scope={{ building_ids: buildingIds, floor_ids: [] }}
          onChange={({ building_ids }) => setBuildingIds(building_ids)}
        />
      )}
      <KeyLifeField first={keyDays.byDefault} />
      {create.error && <ProblemNote error={create.error} text={problemText(create.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={create.isPending} disabled={chosen.length === 0 || buildingIds?.length === 0}>
          {t('keys.create')}
        </Button>
      </div>
    </form>
  )
}
