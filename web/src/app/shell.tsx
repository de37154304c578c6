import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { type MouseEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountMenu } from '../auth/account-menu.tsx'
import { useProfileChange } from '../account/account-queries.ts'
import { PreferencesContext } from '../platform/preferences.ts'
import { LanguageMenu } from '../ui/language-menu.tsx'
import { ThemeMenu } from '../ui/theme-menu.tsx'
import { Wordmark } from '../ui/wordmark.tsx'
import { BuildingSwitcher } from './building-switcher.tsx'
import { Jump } from './jump.tsx'
import { Navigation } from './navigation.tsx'
import { useSignedInUser } from './signed-in-user.ts'
import classes from './shell.module.css'

const contentId = 'content'

/**
 * After going to another page, keyboard and screen reader go on at its content instead of at the old link; an address
 * that points at a part of the page is left to the page.
 */
const useFocusOnNewPage = () => {
  const content = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const hash = useLocation({ select: (location) => location.hash })
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current !== path && hash === '') content.current?.focus({ preventScroll: true })
    shown.current = path
  }, [path, hash])
  return content
}

/** What is chosen here is kept in the profile: it holds on every device. */
const PreferenceMenus = () => {
  const { mutate } = useProfileChange()
  return (
    <>
      <LanguageMenu onChoose={(locale) => mutate({ locale })} />
      <ThemeMenu onChoose={(theme) => mutate({ theme })} />
    </>
  )
}

const Header = ({ onOpenNavigation }: { onOpenNavigation: () => void }) => {
  const { t } = useTranslation()
  return (
    <header className={classes.header}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes.onlyNarrow}
        aria-label={t('app.openNavigation')}
        onClick={onOpenNavigation}
      >
        <IconMenu2 size={20} stroke={1.5} aria-hidden />
      </ActionIcon>
      <Link to="/" className={`${classes.brand} ${classes.onlyWide}`}>
        <Wordmark />
      </Link>
      <BuildingSwitcher />
      <div className={classes.tools}>
        <button type="button" className={classes.search} aria-label={t('app.search')} onClick={spotlight.open}>
          <IconSearch size={18} stroke={1.5} aria-hidden />
          <span>{t('app.search')}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <span className={classes.onlyWide}>
          <PreferenceMenus />
        </span>
        <AccountMenu />
      </div>
    </header>
  )
}

/** The frame around every page of somebody who is signed in. */
export const Shell = () => {
  const { t } = useTranslation()
  const [isOpen, { open, close }] = useDisclosure(false)
  const content = useFocusOnNewPage()
  const preferences = useSignedInUser()
  // Followed as a link, it would stay in the address that people share.
  const skip = (event: MouseEvent) => {
    event.preventDefault()
    content.current?.focus()
  }
  return (
    <PreferencesContext value={preferences}>
      <div className={classes.shell}>
        <a href={`#${contentId}`} className={classes.skip} onClick={skip}>
          {t('app.skip')}
        </a>
        <Header onOpenNavigation={open} />
        <aside className={`${classes.side} ${classes.onlyWide}`}>
          <Navigation />
        </aside>
        <Drawer
          opened={isOpen}
          onClose={close}
          size={280}
          title={<Wordmark />}
          closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
        >
          <Navigation onNavigate={close} />
          <div className={classes.preferences}>
            <PreferenceMenus />
          </div>
        </Drawer>
        <main id={contentId} ref={content} tabIndex={-1} className={classes.content}>
          <Outlet />
        </main>
        <Jump />
      </div>
    </PreferencesContext>
  )
}
