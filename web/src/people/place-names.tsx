import type { Place } from '@plenum/contract'
import { useTranslation } from 'react-i18next'

interface PlaceNamesProps {
  places: readonly Place[]
  /** More than these are counted. */
  most?: number
}

/** Where a role holds, in a line. */
export const PlaceNames = ({ places, most = 2 }: PlaceNamesProps) => {
  const { t } = useTranslation()
  const nameOf = ({ building_name: building, floor_name: floor }: Place) =>
    floor === null ? building : t('people.floorOf', { building, floor })
  const names = places.map(nameOf)
  const left = names.length - most
  const shown = names.slice(0, most).join(t('people.comma'))
  return (
    <span title={left > 0 ? names.join('\n') : undefined}>
      {shown}
      {left > 0 && ` ${t('people.morePlaces', { count: left })}`}
    </span>
  )
}
