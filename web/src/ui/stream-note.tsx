import { useTranslation } from 'react-i18next'
import type { StreamState } from '../platform/event-stream.ts'
import classes from './stream-note.module.css'

interface StreamNoteProps {
  state: StreamState
  /** How often the page asks where it is not told. */
  everyS: number
}

/** How the numbers on the page come: told, or asked for. Said in words, with a mark that is filled only while live. */
export const StreamNote = ({ state, everyS }: StreamNoteProps) => {
  const { t } = useTranslation()
  if (state === 'starting') return <span className={classes.note} />
  return (
    <span className={classes.note} data-stream={state} title={t(`stream.${state}Why`, { everyS })}>
      <span className={classes.mark} aria-hidden />
      {t(`stream.${state}`, { everyS })}
    </span>
  )
}
