import { Button, Drawer, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ApiKey, NewApiKey } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import account from '../account/account.module.css'
import { sessionQuery } from '../auth/session.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { ownKeysQuery, useOwnKeyChanges } from './key-queries.ts'
import { KeyRow } from './key-row.tsx'
import { useKeyProblemText } from './key-texts.ts'
import { KeyToCopy } from './key-to-copy.tsx'
import classes from './keys.module.css'
import { NewKeyForm } from './new-key-form.tsx'
import { RevokeButton } from './revoke-button.tsx'

const OwnKeyRow = ({ row }: { row: ApiKey }) => {
  const { t } = useTranslation()
  const { revoke } = useOwnKeyChanges()
  const { data: buildings = [] } = useQuery({ ...buildingsQuery, enabled: row.building_ids !== null })
  const comma = t('people.comma')
  const actions = row.actions?.map((action) => t(`keys.actions.${action}`)).join(comma) ?? t('keys.everything')
  const where = row.building_ids
    ?.map((id) => buildings.find((building) => building.id === id)?.name ?? t('keys.goneBuilding'))
    .join(comma)
  return (
    <KeyRow
      row={row}
      buttons={
        <RevokeButton
          name={row.name}
          isPending={revoke.isPending}
          error={revoke.error}
          onRevoke={() => revoke.mutate(row.id)}
        />
      }
    >
      <small>{where === undefined ? actions : `${actions} · ${where}`}</small>
    </KeyRow>
  )
}

/** Keys with which programs act for somebody. */
export const OwnKeysPage = () => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const { data: session } = useQuery(sessionQuery)
  const { data: keys, error } = useQuery(ownKeysQuery)
  const [isOpen, { open, close }] = useDisclosure(false)
  const [made, setMade] = useState<NewApiKey | null>(null)
  const role = session?.user?.role ?? 'viewer'
  const done = () => {
    close()
    setMade(null)
  }
  return (
    <section className={account.section}>
      <h2>{t('keys.title')}</h2>
      <p>{t('keys.text')}</p>
      {keys && keys.length > 0 && (
        <ul className={`${classes.keys} ${account.wide}`}>
          {keys.map((row) => (
            <OwnKeyRow key={row.id} row={row} />
          ))}
        </ul>
      )}
      {keys?.length === 0 && <div className={classes.none}>{t('keys.none')}</div>}
      {!keys && !error && <Skeleton height={56} />}
      {error && <ProblemNote error={error} text={problemText(error)} />}
      <Button onClick={open}>{t('keys.new')}</Button>
      <Drawer
        opened={isOpen}
        onClose={done}
        position="right"
        size={480}
        title={made?.name ?? t('keys.new')}
        closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
      >
        {made ? <KeyToCopy value={made.key} onDone={done} /> : <NewKeyForm role={role} onCreated={setMade} />}
      </Drawer>
    </section>
  )
}
