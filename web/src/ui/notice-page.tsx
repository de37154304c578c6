import type { ReactNode } from 'react'
import classes from './notice-page.module.css'

interface NoticePageProps {
  title: string
  text: string
  /** The number somebody can look up in the server's log. */
  reference?: string | undefined
  /** The next step. */
  children?: ReactNode
  /** Interrupts a screen reader: something went wrong. */
  alert?: boolean
  /** The notice is all there is on the page, not a part below its heading. */
  isWholePage?: boolean
}

/** A designed page for when there is nothing to show: what happened and what to do next. */
export const NoticePage = ({
  title,
  text,
  reference,
  children,
  alert = false,
  isWholePage = false,
}: NoticePageProps) => (
  <section className={classes.notice} role={alert ? 'alert' : undefined}>
    {isWholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
    {isWholePage && <title>{`${title} · Plenum`}</title>}
    <p>{text}</p>
    {reference && <p className={classes.reference}>{reference}</p>}
    {children && <div className={classes.actions}>{children}</div>}
  </section>
)
