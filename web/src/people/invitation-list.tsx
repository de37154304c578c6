import { Button, Modal } from '@mantine/core'
import type { Invitation } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import classes from './invitation-list.module.css'
import { LinkToCopy } from './link-to-copy.tsx'
import { invitationsQuery, usePeopleChanges } from './people-queries.ts'
import { PlaceNames } from './place-names.tsx'

const Row = ({ invitation, onRenew }: { invitation: Invitation; onRenew: () => void }) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const timeZone = useShownZone()
  const { withdraw } = usePeopleChanges()
  const { id, email, name, role, places, invited_by, expires_at, expired } = invitation
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <b>{name ?? email}</b>
        {name !== null && <span>{email}</span>}
      </div>
      <div className={classes.what}>
        <span>{t(`people.roles.${role}`)}</span>
        {role === 'administrator' ? <span>{t('people.everywhere')}</span> : <PlaceNames places={places} />}
      </div>
      <div className={classes.since}>
        <span>{t('people.invitedBy', { name: invited_by })}</span>
        <span data-expired={expired || undefined}>
          {expired
            ? t('people.expired')
            : t('people.expires', { time: exactTime(new Date(expires_at), language, timeZone) })}
        </span>
      </div>
      <div className={classes.actions}>
        <Button variant="default" onClick={onRenew}>
          {t('people.newLink')}
        </Button>
        <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(id)}>
          {t('people.withdraw')}
        </Button>
      </div>
    </li>
  )
}

/** Who was invited and has not come yet; nothing where nobody is waited for. */
export const InvitationList = () => {
  const { t } = useTranslation()
  const { data: invitations = [] } = useQuery(invitationsQuery)
  const { reissue } = usePeopleChanges()
  const renewed = reissue.data
  return (
    <>
      {invitations.length > 0 && (
        <section className={classes.invitations}>
          <h2>{t('people.invitations')}</h2>
          <ul>
            {invitations.map((invitation) => (
              <Row key={invitation.id} invitation={invitation} onRenew={() => reissue.mutate(invitation.id)} />
            ))}
          </ul>
        </section>
      )}
      <Modal
        opened={renewed !== undefined}
        onClose={reissue.reset}
        title={renewed?.email}
        closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
        centered
      >
        {renewed && <LinkToCopy url={renewed.url} expiresAt={renewed.expires_at} />}
      </Modal>
    </>
  )
}
