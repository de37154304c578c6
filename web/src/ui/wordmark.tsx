import classes from './wordmark.module.css'

export const Wordmark = () => (
  <span className={classes.wordmark}>
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#1f5fbf" />
      <path d="M8 10h16M8 16h16M8 22h9" stroke="#fff" strokeWidth="3" strokeLinecap="round" fill="none" />
    </svg>
    Plenum
  </span>
)
