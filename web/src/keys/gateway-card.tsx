import { Button, Skeleton } from '@mantine/core'
import type { Gateway } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { Age } from '../ui/age.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { GatewayKeyDrawer, type KeyPlan } from './gateway-key-drawer.tsx'
import { gatewayKeysQuery, useGatewayKeyChanges } from './key-queries.ts'
import { KeyRow } from './key-row.tsx'
import { useKeyProblemText } from './key-texts.ts'
import classes from './keys.module.css'
import { RevokeButton } from './revoke-button.tsx'

/** A gateway with its keys: which is used, which replaces which, and which ends. */
export const GatewayCard = ({ gateway, timeZone }: { gateway: Gateway; timeZone: string | undefined }) => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const shownZone = useShownZone(timeZone)
  const { data: keys, error } = useQuery(gatewayKeysQuery(gateway.id))
  const { revoke } = useGatewayKeyChanges(gateway.id)
  const [plan, setPlan] = useState<KeyPlan | null>(null)
  const startOf = (id: number) => keys?.find((key) => key.id === id)?.start ?? ''
  return (
    <section className={classes.gateway}>
      <div className={classes.gatewayHead}>
        <h3>{gateway.name}</h3>
        <span>
          {gateway.last_seen_at ? (
            <>
              {t('keys.lastSeen')} <Age at={gateway.last_seen_at} timeZone={shownZone} />
            </>
          ) : (
            t('keys.neverSeen')
          )}
        </span>
        <Button variant="default" onClick={() => setPlan('new')}>
          {t('keys.new')}
        </Button>
      </div>
      {keys && keys.length > 0 && (
        <ul className={classes.keys}>
          {keys.map((row) => (
            <KeyRow
              key={row.id}
              row={row}
              buttons={
                <>
                  {row.replaced_by === null && row.status !== 'expired' && (
                    <Button
                      variant="default"
                      aria-label={t('keys.rotateNamed', { name: row.name })}
                      onClick={() => setPlan(row)}
                    >
                      {t('keys.rotate')}
                    </Button>
                  )}
                  <RevokeButton
                    name={row.name}
                    isPending={revoke.isPending}
                    error={revoke.error}
                    onRevoke={() => revoke.mutate(row.id)}
                  />
                </>
              }
            >
              {row.replaced_by !== null && <small>{t('keys.replacedBy', { start: startOf(row.replaced_by) })}</small>}
              {row.replaces !== null && <small>{t('keys.replaces', { start: startOf(row.replaces) })}</small>}
            </KeyRow>
          ))}
        </ul>
      )}
      {keys?.length === 0 && <div className={classes.none}>{t('keys.noGatewayKey')}</div>}
      {!keys && !error && <Skeleton height={56} />}
      {error && <ProblemNote error={error} text={problemText(error)} />}
      <GatewayKeyDrawer gateway={gateway} plan={plan} onClose={() => setPlan(null)} />
    </section>
  )
}
