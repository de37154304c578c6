import { Skeleton } from '@mantine/core'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import filterClasses from './floor-filters.module.css'
import sectionClasses from './sensor-sections.module.css'

const tiles = Array.from({ length: 40 }, (_, index) => index)

/** The floor page before its first answer, in the sizes of what comes. */
export const FloorSkeleton = () => (
  <Waiting>
    <PageHead title={undefined} />
    <div className={filterClasses.filters}>
      <Skeleton height="var(--touch)" width={260} />
      <Skeleton height="var(--touch)" width={480} maw="100%" />
    </div>
    <Skeleton height={16} width={160} mb={12} />
    <div className={sectionClasses.tiles}>
      {tiles.map((tile) => (
        <Skeleton key={tile} height={86} radius="lg" />
      ))}
    </div>
  </Waiting>
)
