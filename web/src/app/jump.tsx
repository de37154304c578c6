import { Spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSeesPresence } from '../auth/session.ts'
import { splitByPresence } from '../auth/withheld-sensors.ts'
import { buildingDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { fromTop } from '../dashboard/floor-order.ts'
import { sensorAnchor } from '../dashboard/sensor-anchor.ts'
import { buildingsQuery, sensorsOfBuildingQuery } from '../registry/registry-queries.ts'
import { useCurrentBuildingId } from './current-building.ts'
import classes from './jump.module.css'
import { findTargets, type JumpTarget } from './jump-matches.ts'

type Target = JumpTarget & { go: () => void }

/** Buildings everywhere; floors and sensors of the building one is in. Sensors are loaded when they are first needed. */
const useTargets = (isOpen: boolean): Target[] => {
  const navigate = useNavigate()
  const buildingId = useCurrentBuildingId()
  const inBuilding = isOpen && buildingId !== undefined
  const { data: buildings } = useQuery(buildingsQuery)
  const { data: dashboard } = useQuery({ ...buildingDashboardQuery(buildingId ?? 0), enabled: inBuilding })
  const { data: sensors } = useQuery({ ...sensorsOfBuildingQuery(buildingId ?? 0), enabled: inBuilding })

  const seesPresence = useSeesPresence()

  return useMemo(() => {
    const goToFloor = (floorId: number, hash = '') =>
      void navigate({ to: '/floors/$floorId', params: { floorId: String(floorId) }, hash })
    const floors = fromTop(dashboard?.floors ?? [])
    const floorNames = new Map(floors.map(({ id, name }) => [id, name]))
    return [
      ...(buildings ?? []).map(({ id, name, address }) => ({
        id: `building-${id}`,
        section: 'buildings' as const,
        label: name,
        detail: address ?? '',
        go: () => void navigate({ to: '/buildings/$buildingId', params: { buildingId: String(id) } }),
      })),
      ...floors.map(({ id, name }) => ({
        id: `floor-${id}`,
        section: 'floors' as const,
        label: name,
        detail: dashboard?.building.name ?? '',
        go: () => goToFloor(id),
      })),
      ...splitByPresence(sensors ?? [], seesPresence).shown.map(({ id, floor_id, name, sensor_key }) => ({
        id: `sensor-${id}`,
        section: 'sensors' as const,
        label: name,
        detail: [floorNames.get(floor_id), sensor_key].filter(Boolean).join(' · '),
        go: () => goToFloor(floor_id, sensorAnchor(id)),
      })),
    ]
  }, [buildings, dashboard, sensors, seesPresence, navigate])
}

const sections = ['buildings', 'floors', 'sensors'] as const

/** Ctrl-K: go anywhere by its name. */
export const Jump = () => {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const [query, setQuery] = useState('')
  const targets = useTargets(isOpen)
  const found = useMemo(() => (isOpen ? findTargets(targets, query) : []), [isOpen, targets, query])

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      tagsToIgnore={[]}
      scrollable
      maxHeight="min(480px, 70vh)"
      transitionProps={{ duration: 80 }}
      overlayProps={{ backgroundOpacity: 0.3, blur: 0 }}
      classNames={{ action: classes.action, actionsGroup: classes.group }}
      aria-label={t('app.search')}
    >
      <Spotlight.Search
        placeholder={t('jump.placeholder')}
        aria-label={t('jump.placeholder')}
        leftSection={<IconSearch size={18} stroke={1.5} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {sections.map((section) => {
          const members = found.filter((target) => target.section === section)
          return (
            members.length > 0 && (
              <Spotlight.ActionsGroup key={section} label={t(`jump.${section}`)}>
                {members.map(({ id, label, detail, go }) => (
                  <Spotlight.Action key={id} label={label} description={detail} onClick={go} />
                ))}
              </Spotlight.ActionsGroup>
            )
          )
        })}
        {found.length === 0 && <Spotlight.Empty>{t(query === '' ? 'jump.start' : 'jump.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
