/** Words in two languages, split by page: a page's words are fetched with the page. */
import { markRaw } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Words } from '@/api/types'
import { view } from '@/state/view'

type Messages = Record<string, unknown>

const files = import.meta.glob<{ default: Messages }>('./words/*/*.json')
const loaded = new Set<string>()
/** By language. Words never change: watched one by one, each sentence said would note them all. */
const spoken: Record<string, Messages> = { zh: {}, en: {} }

export const i18n = createI18n({
  legacy: false,
  locale: view.language,
  fallbackLocale: false,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: { zh: {}, en: {} },
})

/** Fetch the words of a page in the view's language; they are at `page.key`. */
export async function loadWords(page: string, language: string = view.language): Promise<void> {
  const name = `./words/${language}/${page}.json`
  if (loaded.has(name) || !files[name]) return
  const words = await files[name]()
  spoken[language] = { ...spoken[language], [page]: words.default }
  i18n.global.setLocaleMessage(language, markRaw(spoken[language]))
  loaded.add(name)
}

/** Speak a language: fetch its words for all pages that were seen, then switch at once. */
export async function speak(language: 'zh' | 'en'): Promise<void> {
  const pages = new Set([...loaded].map((name) => name.split('/')[3]!.replace('.json', '')))
  await Promise.all([...pages].map((page) => loadWords(page, language)))
  i18n.global.locale.value = language
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

/** Say what the server gives in two languages. */
export function say(words: Words | null | undefined): string {
  return words ? words[i18n.global.locale.value as 'zh' | 'en'] : ''
}
