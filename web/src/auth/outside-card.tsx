import type { FormEventHandler, ReactNode } from 'react'
import { LanguageMenu } from '../ui/language-menu.tsx'
import { ThemeMenu } from '../ui/theme-menu.tsx'
import { Wordmark } from '../ui/wordmark.tsx'
import { chooseHere } from './chosen-here.ts'
import classes from './outside-card.module.css'

interface OutsideCardProps {
  title: string
  children: ReactNode
  /** A card without it is no form. */
  onSubmit?: FormEventHandler<HTMLFormElement>
  describedBy?: string | undefined
}

/** The pages of those who are not signed in: one card, and how it is shown. */
export const OutsideCard = ({ title, children, onSubmit, describedBy }: OutsideCardProps) => {
  const content = (
    <>
      <Wordmark />
      <h1 className={classes.title}>{title}</h1>
      {children}
    </>
  )
  return (
    <main className={classes.page}>
      <title>{`${title} · Plenum`}</title>
      {onSubmit ? (
        <form className={classes.card} onSubmit={onSubmit} aria-describedby={describedBy}>
          {content}
        </form>
      ) : (
        <div className={classes.card}>{content}</div>
      )}
      <div className={classes.preferences}>
        <LanguageMenu onChoose={(locale) => chooseHere({ locale })} />
        <ThemeMenu onChoose={(theme) => chooseHere({ theme })} />
      </div>
    </main>
  )
}
