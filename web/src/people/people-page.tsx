import { Button, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '../auth/session.ts'
import { isWithdrawn } from '../platform/api.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { InvitationList } from './invitation-list.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { PeopleFilters } from './people-filters.tsx'
import classes from './people-page.module.css'
import { peopleQuery } from './people-queries.ts'
import type { PeopleSearch } from './people-search.ts'
import { PeopleTable } from './people-table.tsx'
import { PersonDrawer } from './person-drawer.tsx'

const rows = Array.from({ length: 6 }, (_, index) => index)

const PeopleSkeleton = () => (
  <Waiting>
    {rows.map((row) => (
      <Skeleton key={row} height={52} mb={4} radius="lg" />
    ))}
  </Waiting>
)

/** Who may come in and what they may do; the view is the address. */
export const PeoplePage = () => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/admin/people' })
  const show = (next: PeopleSearch, replace = true) =>
    void navigate({ to: '/admin/people', search: next, replace, resetScroll: false })
  const [isInviting, { open, close }] = useDisclosure(false)
  const { data: session } = useQuery(sessionQuery)
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(peopleQuery(search))

  if (error && (!data || isWithdrawn(error))) return <FailurePage error={error} onRetry={() => void refetch()} />
  const people = data?.pages.flatMap(({ items }) => items)
  const { person, ...filters } = search
  const opened = people?.find(({ id }) => id === person)
  return (
    <>
      <PageHead title={t('people.title')} crumbs={[{ name: t('nav.admin'), link: { to: '/admin' } }]}>
        <Button onClick={open}>{t('people.invite')}</Button>
      </PageHead>
      <InvitationList />
      <PeopleFilters search={filters} onChange={show} />
      {people === undefined ? (
        <PeopleSkeleton />
      ) : people.length === 0 ? (
        <NoticePage title={t('people.nobodyTitle')} text={t('people.nobodyText')}>
          <Button variant="default" onClick={() => show({})}>
            {t('people.clear')}
          </Button>
        </NoticePage>
      ) : (
        <PeopleTable
          people={people}
          ownId={session?.user?.id}
          onOpen={({ id }) => show({ ...filters, person: id }, false)}
        />
      )}
      {hasNextPage && (
        <Button variant="default" className={classes.more} loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {t('people.more')}
        </Button>
      )}
      <InviteDialog isOpen={isInviting} onClose={close} />
      <PersonDrawer
        personId={person ?? null}
        name={opened?.name || opened?.email || ''}
        onClose={() => show(filters)}
      />
    </>
  )
}
