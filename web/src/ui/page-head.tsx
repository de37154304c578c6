import { Link, type LinkProps } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './page-head.module.css'

export interface Crumb {
  name: string
  link: LinkProps
}

interface PageHeadProps {
  /** What the page is about; undefined while it is not known yet. */
  title: string | undefined
  /** From the outermost to the one above this page. */
  crumbs?: Crumb[]
  children?: ReactNode
}

const noCrumbs: Crumb[] = []

/** The breadcrumb is the title: its last part is the page's heading. */
export const PageHead = ({ title, crumbs = noCrumbs, children }: PageHeadProps) => {
  const { t } = useTranslation()
  const documentTitle = [title, ...crumbs.map(({ name }) => name).reverse(), 'Plenum'].filter(Boolean).join(' · ')
  return (
    <div className={classes.head}>
      <title>{documentTitle}</title>
      <nav aria-label={t('app.breadcrumb')} className={classes.breadcrumb}>
        <ol>
          {crumbs.map(({ name, link }) => (
            <Fragment key={name}>
              <li>
                <Link {...link}>{name}</Link>
              </li>
              <li aria-hidden className={classes.slash}>
                /
              </li>
            </Fragment>
          ))}
          <li aria-current="page">
            <h1>{title ?? <span className={classes.unknownTitle} />}</h1>
          </li>
        </ol>
      </nav>
      <div className={classes.meta}>{children}</div>
    </div>
  )
}
