import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import type { Role } from '@plenum/contract'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './people-page.module.css'
import { type PeopleSearch, roles, statuses } from './people-search.ts'

const typingPauseMs = 250

interface PeopleFiltersProps {
  search: PeopleSearch
  onChange: (search: PeopleSearch) => void
}

export const PeopleFilters = ({ search, onChange }: PeopleFiltersProps) => {
  const { t } = useTranslation()
  const [text, setText] = useState(search.q ?? '')
  const { q: _q, ...withoutText } = search
  const { role: _role, ...withoutRole } = search
  const { status: _status, ...withoutStatus } = search
  const publish = useDebouncedCallback(
    (q: string) => onChange(q === '' ? withoutText : { ...search, q }),
    typingPauseMs,
  )
  return (
    <search aria-label={t('people.filters')} className={classes.filters}>
      <TextInput
        type="search"
        aria-label={t('people.search')}
        placeholder={t('people.search')}
        className={classes.text}
        leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value)
          publish(currentTarget.value.trim())
        }}
      />
      <NativeSelect
        aria-label={t('people.role')}
        value={search.role ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange(value === '' ? withoutRole : { ...search, role: value as Role })
        }
        data={[
          { value: '', label: t('people.everyRole') },
          ...roles.map((role) => ({ value: role, label: t(`people.roles.${role}`) })),
        ]}
      />
      <NativeSelect
        aria-label={t('people.status')}
        value={search.status ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange(value === '' ? withoutStatus : { ...search, status: value as (typeof statuses)[number] })
        }
        data={[
          { value: '', label: t('people.everyStatus') },
          ...statuses.map((status) => ({ value: status, label: t(`people.${status}`) })),
        ]}
      />
    </search>
  )
}
