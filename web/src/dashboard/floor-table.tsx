import { VisuallyHidden } from '@mantine/core'
import type { BuildingDashboard } from '@plenum/contract'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useShownValue } from '../readings/value-text.ts'
import { Age } from '../ui/age.tsx'
import { ConditionMark } from './condition-mark.tsx'
import { fromTop } from './floor-order.ts'
import classes from './floor-table.module.css'
import { type KindColumn, kindColumns, type KindSummary } from './kind-columns.ts'
import { RangeBar } from './range-bar.tsx'

type BuildingFloor = BuildingDashboard['floors'][number]

/** The statuses that a building's summary counts and that are worth a look. */
const troubles = ['stale', 'silent', 'disabled'] as const

/** How many sensors there are, and each kind of trouble as a link to just those. */
const FloorState = ({ floor }: { floor: BuildingFloor }) => {
  const { t } = useTranslation()
  const present = troubles.filter((status) => floor.status[status] > 0)
  return (
    <span className={classes.states}>
      <span className={classes.quiet}>{t('counted.ok', { count: floor.status.ok })}</span>
      {present.map((status) => (
        <Link
          key={status}
          to="/floors/$floorId"
          params={{ floorId: String(floor.id) }}
          search={{ status }}
          className={classes.trouble}
          data-condition={status}
        >
          <ConditionMark condition={status} />
          {t(`counted.${status}`, { count: floor.status[status] })}
        </Link>
      ))}
    </span>
  )
}

/** Nothing where single values are withheld. */
const Range = ({ summary, averageUnit }: { summary: KindSummary; averageUnit: string }) => {
  const show = useShownValue()
  if (summary.min === null || summary.max === null) return null
  const [low, high] = [show(summary.min, summary), show(summary.max, summary)]
  return (
    <span className={classes.range}>
      {low.unit === high.unit ? low.number : `${low.number} ${low.unit}`}–{high.number}
      {high.unit === averageUnit && low.unit === high.unit ? '' : ` ${high.unit}`}
    </span>
  )
}

/** Average with minimum and maximum: the unit once, the bar for comparing floors. */
const KindCell = ({ floor, column }: { floor: BuildingFloor; column: KindColumn }) => {
  const { t } = useTranslation()
  const show = useShownValue()
  const summary = floor.kinds.find(({ sensor_type }) => sensor_type === column.kind)
  if (!summary) {
    return (
      <span className={classes.quiet} title={t('building.noValue')}>
        <span aria-hidden>–</span>
        <VisuallyHidden>{t('building.noValue')}</VisuallyHidden>
      </span>
    )
  }
  const average = show(summary.avg, summary)
  return (
    <span className={classes.kind}>
      <span className={classes.average}>
        <b>{average.number}</b> <span>{average.unit}</span>
      </span>
      <Range summary={summary} averageUnit={average.unit} />
      <RangeBar column={column} summary={summary} />
    </span>
  )
}

interface FloorCellsProps {
  floor: BuildingFloor
  columns: readonly KindColumn[]
  timeZone: string
}

const FloorCells = ({ floor, columns, timeZone }: FloorCellsProps) => {
  const { t } = useTranslation()
  return (
    <>
      <td data-cell="state">
        <FloorState floor={floor} />
      </td>
      {columns.map((column) => (
        <td key={column.kind} data-label={t(`kinds.${column.kind}`)}>
          <KindCell floor={floor} column={column} />
        </td>
      ))}
      <td data-cell="age" className={classes.quiet}>
        {floor.latest_timestamp ? (
          <Age at={floor.latest_timestamp} timeZone={timeZone} />
        ) : (
          <span>{t('building.neverRead')}</span>
        )}
      </td>
    </>
  )
}

interface FloorTableProps {
  floors: readonly BuildingFloor[]
  timeZone: string
}

/** The floors as they stand in the building: the highest on top. On a phone each row becomes a card. */
export const FloorTable = ({ floors, timeZone }: FloorTableProps) => {
  const { t } = useTranslation()
  const columns = kindColumns(floors)
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('building.floor')}</th>
            <th scope="col">{t('building.state')}</th>
            {columns.map(({ kind }) => (
              <th key={kind} scope="col">
                {t(`kinds.${kind}`)}
              </th>
            ))}
            <th scope="col">{t('building.newest')}</th>
          </tr>
        </thead>
        <tbody>
          {fromTop(floors).map((floor) => (
            <tr key={floor.id}>
              <th scope="row">
                <Link to="/floors/$floorId" params={{ floorId: String(floor.id) }} className={classes.floor}>
                  {floor.name}
                </Link>
              </th>
              {floor.sensors === 0 ? (
                <td data-cell="state" colSpan={columns.length + 2} className={classes.quiet}>
                  {floor.withheld > 0 ? t('floor.withheld', { count: floor.withheld }) : t('building.noSensors')}
                </td>
              ) : (
                <FloorCells floor={floor} columns={columns} timeZone={timeZone} />
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {columns.length > 0 && <p className={classes.note}>{t('building.rangeNote')}</p>}
    </>
  )
}
