import { Button, Drawer, NativeSelect, TextInput } from '@mantine/core'
import { type Gateway, type GatewayKey, type NewGatewayKey, overlapHours } from '@plenum/contract'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import { KeyLifeField, lifeOf } from './key-life-field.tsx'
import { useGatewayKeyChanges } from './key-queries.ts'
import { useKeyProblemText } from './key-texts.ts'
import { KeyToCopy } from './key-to-copy.tsx'
import classes from './keys.module.css'

/** A key that is to be made: one more, or one in place of another. */
export type KeyPlan = 'new' | GatewayKey

const overlaps = [0, 1, overlapHours.byDefault, 72, 168, overlapHours.max]

interface FormProps {
  gatewayId: number
  onMade: (key: NewGatewayKey) => void
}

const NewForm = ({ gatewayId, onMade }: FormProps) => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const { create } = useGatewayKeyChanges(gatewayId)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    create.mutate({ name: String(form.get('name')).trim(), ...lifeOf(form) }, { onSuccess: onMade })
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.text}>{t('keys.newGatewayText')}</p>
      <TextInput
        name="name"
        label={t('keys.name')}
        autoComplete="off"
        data-autofocus
        maxLength={200}
        required
        withAsterisk={false}
      />
      <KeyLifeField first={null} mayBeForever />
      {create.error && <ProblemNote error={create.error} text={problemText(create.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={create.isPending}>
          {t('keys.create')}
        </Button>
      </div>
    </form>
  )
}

const RotateForm = ({ gatewayId, old, onMade }: FormProps & { old: GatewayKey }) => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const { rotate } = useGatewayKeyChanges(gatewayId)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const hours = Number(new FormData(event.currentTarget).get('overlap'))
    rotate.mutate({ id: old.id, overlap_hours: hours }, { onSuccess: onMade })
  }
  const labelOf = (hours: number) => {
    if (hours === 0) return t('keys.atOnce')
    return hours < 48 ? t('keys.hours', { count: hours }) : t('keys.days', { count: hours / 24 })
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.text}>{t('keys.rotateText')}</p>
      <NativeSelect
        name="overlap"
        label={t('keys.overlap', { start: old.start })}
        description={t('keys.overlapText')}
        inputWrapperOrder={['label', 'input', 'description']}
        defaultValue={String(overlapHours.byDefault)}
        data={overlaps.map((hours) => ({ value: String(hours), label: labelOf(hours) }))}
      />
      {rotate.error && <ProblemNote error={rotate.error} text={problemText(rotate.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={rotate.isPending}>
          {t('keys.rotate')}
        </Button>
      </div>
    </form>
  )
}

interface GatewayKeyDrawerProps {
  gateway: Gateway
  /** null: closed. */
  plan: KeyPlan | null
  onClose: () => void
}

/** First how, then the key. */
export const GatewayKeyDrawer = ({ gateway, plan, onClose }: GatewayKeyDrawerProps) => {
  const { t } = useTranslation()
  const [made, setMade] = useState<NewGatewayKey | null>(null)
  const close = () => {
    onClose()
    setMade(null)
  }
  const title = plan === 'new' ? 'keys.newOf' : 'keys.rotateOf'
  return (
    <Drawer
      opened={plan !== null}
      onClose={close}
      position="right"
      size={480}
      title={t(title, { name: gateway.name })}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
    >
      {made && <KeyToCopy value={made.key} onDone={close} />}
      {!made && plan === 'new' && <NewForm gatewayId={gateway.id} onMade={setMade} />}
      {!made && plan !== null && plan !== 'new' && <RotateForm gatewayId={gateway.id} old={plan} onMade={setMade} />}
    </Drawer>
  )
}
