interface AccountNameProps {
  email: string
}

/** Not seen: tells a browser that keeps passwords whose password the field below it takes. */
export const AccountName = ({ email }: AccountNameProps) => (
  <input type="text" name="username" value={email} autoComplete="username" readOnly hidden />
)
