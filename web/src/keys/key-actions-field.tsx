import type { KeyAction } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import classes from './keys.module.css'

interface KeyActionsFieldProps {
  /** That may be given. */
  offered: readonly KeyAction[]
  chosen: readonly KeyAction[]
  onChange: (chosen: KeyAction[]) => void
}

/** What a key is for; the least is chosen first. */
export const KeyActionsField = ({ offered, chosen, onChange }: KeyActionsFieldProps) => {
  const { t } = useTranslation()
  return (
    <fieldset className={classes.choices}>
      <legend>{t('keys.for')}</legend>
      {offered.map((action) => (
        <label key={action}>
          <input
            type="checkbox"
            checked={chosen.includes(action)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(offered.filter((one) => (one === action ? checked : chosen.includes(one))))
            }
          />
          <span>
            {t(`keys.actions.${action}`)}
            <small>{t(`keys.actionMeans.${action}`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
