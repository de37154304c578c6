import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { en } from './en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

export const languages = { en: 'English', ja: '日本語' } as const
export type Language = keyof typeof languages

/** Also read by public/first-paint.js. */
const storageKey = 'plenum-language'

const isLanguage = (value: unknown): value is Language => typeof value === 'string' && value in languages

const storedLanguage = (): Language => {
  try {
    const stored = localStorage.getItem(storageKey)
    if (isLanguage(stored)) return stored
  } catch {
    // Storage is blocked: the browser's language is used.
  }
  return navigator.language.startsWith('ja') ? 'ja' : 'en'
}

/** Japanese comes with 6 MB of font in 120 files, of which a page loads those it needs; English readers get none. */
const loadJapanese = async () => {
  const [{ ja }] = await Promise.all([import('./ja.ts'), import('@fontsource-variable/noto-sans-jp')])
  i18next.addResourceBundle('ja', 'translation', ja)
}

/** What is shown already is not shown again: every page would be drawn anew. */
const show = async (language: Language) => {
  if (document.documentElement.lang === language && i18next.resolvedLanguage === language) return
  if (language === 'ja' && !i18next.hasResourceBundle('ja', 'translation')) await loadJapanese()
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

/** Must be done before the first drawing, so that no page is ever drawn in the wrong language. */
export const startLanguage = async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  })
  await show(storedLanguage())
}

/** null: that of the browser, whatever was chosen on it before. */
export const followProfile = async (locale: Language | null) => {
  try {
    if (locale === null) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, locale)
  } catch {
    // Storage is blocked: the profile is asked again the next time.
  }
  await show(locale ?? storedLanguage())
}

export const setLanguage = async (language: Language) => {
  try {
    localStorage.setItem(storageKey, language)
  } catch {
    // Storage is blocked: the choice lasts until the page is left.
  }
  await show(language)
}

export const useLanguage = (): Language => {
  const { i18n } = useTranslation()
  return isLanguage(i18n.resolvedLanguage) ? i18n.resolvedLanguage : 'en'
}
