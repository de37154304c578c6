import { Menu } from '@mantine/core'
import { IconBuilding, IconSelector } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { buildingsQuery } from '../registry/registry-queries.ts'
import classes from './building-switcher.module.css'
import { useCurrentBuildingId } from './current-building.ts'

const all = 'all'

export const BuildingSwitcher = () => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const currentId = useCurrentBuildingId()
  const { data: buildings = [] } = useQuery(buildingsQuery)
  const current = buildings.find(({ id }) => id === currentId)
  const name = current?.name ?? t('overview.allBuildings')

  const isOnExplorer = useLocation({ select: ({ pathname }) => pathname === '/explorer' })
  const goTo = (value: string) => {
    if (isOnExplorer && value !== all) return void navigate({ to: '/explorer', search: { building: Number(value) } })
    void (value === all
      ? navigate({ to: '/' })
      : navigate({ to: '/buildings/$buildingId', params: { buildingId: value } }))
  }
  if (buildings.length === 0) return null
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <button type="button" className={classes.switcher} aria-label={`${t('overview.switcher')}: ${name}`}>
          <IconBuilding size={16} stroke={1.5} aria-hidden />
          <span>{name}</span>
          <IconSelector size={14} stroke={1.5} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        <Menu.RadioGroup value={current ? String(current.id) : all} onChange={goTo}>
          {buildings.length > 1 && <Menu.RadioItem value={all}>{t('overview.allBuildings')}</Menu.RadioItem>}
          {buildings.map((building) => (
            <Menu.RadioItem key={building.id} value={String(building.id)}>
              {building.name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
