import { Skeleton } from '@mantine/core'
import { Waiting } from '../ui/waiting.tsx'
import classes from './explorer-page.module.css'

/** In the shape of what comes: chips, a chart, the table. */
export const ExplorerSkeleton = ({ charts = 1, height = 400 }: { charts?: number; height?: number }) => (
  <Waiting>
    <div className={classes.charts}>
      {Array.from({ length: charts }, (_, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={classes.waitingChart}>
          <Skeleton width={160} height={16} />
          <Skeleton height={height - 32} />
        </div>
      ))}
    </div>
  </Waiting>
)
