import { Button, Drawer, Skeleton } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { serverNow } from '../platform/server-clock.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { ZoneNote } from '../ui/zone-note.tsx'
import { AuditDetails } from './audit-details.tsx'
import { AuditFilterBar } from './audit-filters.tsx'
import classes from './audit-page.module.css'
import { AuditRange } from './audit-range.tsx'
import { auditEntryQuery, auditQuery } from './audit-queries.ts'
import { type AuditSearch, filtersOf, isFiltered } from './audit-search.ts'
import { AuditTable } from './audit-table.tsx'
import { useAuditTexts } from './audit-texts.ts'

const rows = Array.from({ length: 12 }, (_, index) => index)

/** The view is the address; changing it is going to another one. */
const useView = () => {
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/admin/audit' })
  const show = (next: AuditSearch, { replace = false } = {}) =>
    void navigate({ to: '/admin/audit', search: next, replace, resetScroll: false })
  return { search, show }
}

/** The entry that is open: one of the list, or else asked for by itself. */
const useEntry = (id: number | undefined, entries: ReturnType<typeof useEntries>['entries']) => {
  const listed = entries?.find((entry) => entry.id === id)
  const isAsked = id !== undefined && entries !== undefined && !listed
  const { data } = useQuery({ ...auditEntryQuery(id ?? 0), enabled: isAsked })
  return listed ?? (isAsked ? data : undefined)
}

const useEntries = (search: AuditSearch, nowMs: number) => {
  const query = useInfiniteQuery(auditQuery(filtersOf(search, nowMs)))
  return { ...query, entries: query.data?.pages.flatMap(({ items }) => items) }
}

export const AuditPage = () => {
  const { t } = useTranslation()
  const texts = useAuditTexts()
  const timeZone = useShownZone()
  const { search, show } = useView()
  // Of the moment when the page was opened: a period that moved on by itself would load everything anew.
  const [nowMs] = useState(serverNow)
  const { entries, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useEntries(search, nowMs)
  const { data: buildings = [] } = useQuery(buildingsQuery)
  const { entry: openId, ...filters } = search
  const entry = useEntry(openId, entries)
  const buildingName = (id: number) => buildings.find((building) => building.id === id)?.name

  if (error && !entries) return <FailurePage error={error} onRetry={() => void refetch()} />
  const actor = entries?.find((one) => one.actor.id === search.actor)?.actor
  const thing = entries?.find((one) => `${one.thing.kind}.${one.thing.id}` === search.thing)?.thing
  return (
    <>
      <PageHead title={t('audit.title')} crumbs={[{ name: t('nav.admin'), link: { to: '/admin' } }]}>
        <div className={classes.head}>
          <ZoneNote timeZone={timeZone} at={new Date(nowMs).toISOString()} />
          <AuditRange search={filters} nowMs={nowMs} onChange={(next) => show(next, { replace: true })} />
        </div>
      </PageHead>
      <p className={classes.note}>{t('audit.note')}</p>
      <AuditFilterBar
        search={filters}
        nowMs={nowMs}
        buildings={buildings}
        names={{ actor: actor && texts.actor(actor), thing: thing && texts.thing(thing) }}
        onChange={(next) => show(next, { replace: true })}
      />
      {!entries && (
        <Waiting>
          {rows.map((row) => (
            <Skeleton key={row} height={45} mb={4} radius="lg" />
          ))}
        </Waiting>
      )}
      {entries?.length === 0 &&
        (isFiltered(search) ? (
          <NoticePage title={t('audit.hiddenTitle')} text={t('audit.hiddenText')}>
            <Button variant="default" onClick={() => show({})}>
              {t('audit.clear')}
            </Button>
          </NoticePage>
        ) : (
          <NoticePage title={t('audit.emptyTitle')} text={t('audit.emptyText')} />
        ))}
      {entries && entries.length > 0 && (
        <>
          <AuditTable
            entries={entries}
            buildingName={buildingName}
            openId={openId}
            onOpen={(id) => show({ ...filters, entry: id })}
          />
          <div className={classes.end}>
            <output>{t('audit.shown', { count: entries.length })}</output>
            {hasNextPage && (
              <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {t('audit.older')}
              </Button>
            )}
          </div>
        </>
      )}
      <Drawer
        opened={openId !== undefined}
        onClose={() => show(filters)}
        position="right"
        size={520}
        title={entry ? texts.action(entry.action) : t('audit.title')}
        classNames={{ title: classes.title }}
        closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
      >
        {entry && (
          <AuditDetails
            entry={entry}
            building={entry.building_id === null ? undefined : buildingName(entry.building_id)}
            onOnly={(only) => show({ ...filters, ...only })}
          />
        )}
        {entry === null && <p>{t('audit.missing')}</p>}
      </Drawer>
    </>
  )
}
