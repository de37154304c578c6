import { ActionIcon, Menu } from '@mantine/core'
import { IconLogout, IconSettings, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { sessionQuery, signOut } from './session.ts'

export const AccountMenu = () => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const leave = useMutation({
    mutationFn: () => signOut(client),
    onSuccess: () => navigate({ to: '/sign-in' }),
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('account.menu')} title={t('account.menu')}>
          <IconUserCircle size={20} stroke={1.5} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {session?.user && <Menu.Label>{session.user.name || session.user.email}</Menu.Label>}
        {session?.user?.name && <Menu.Label>{session.user.email}</Menu.Label>}
        <Menu.Item
          leftSection={<IconSettings size={16} stroke={1.5} aria-hidden />}
          renderRoot={(props) => <Link to="/account" {...props} />}
        >
          {t('account.open')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.5} aria-hidden />} onClick={() => leave.mutate()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
