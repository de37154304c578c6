import { ActionIcon, Menu } from '@mantine/core'
import { IconLanguage } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { type Language, languages, setLanguage, useLanguage } from '../platform/language.ts'

interface LanguageMenuProps {
  /** Besides showing it: where the choice is kept. */
  onChoose: (language: Language) => void
}

/** Languages are named in themselves: who needs the other one can read its name. */
export const LanguageMenu = ({ onChoose }: LanguageMenuProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const choose = (chosen: Language) => {
    void setLanguage(chosen)
    onChoose(chosen)
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('language.label')} title={t('language.label')}>
          <IconLanguage size={18} stroke={1.5} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={language} onChange={(value) => choose(value as Language)}>
          {Object.entries(languages).map(([code, name]) => (
            <Menu.RadioItem key={code} value={code} lang={code}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
