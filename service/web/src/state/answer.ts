/** A question to the server that follows the view: the last answer stays until the next is there. */
import {
  getCurrentScope,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type Ref,
  type ShallowRef,
} from 'vue'
import { view } from '@/state/view'
import {
  Problem,
  address,
  forgetAnswers,
  getAddress,
  getChanged,
  isAbort,
  isSpoken,
  keepAnswer,
  keptAnswer,
  type Query,
} from '@/api/client'

/** What is asked of a whole snapshot id. */
const NEVER_CHANGES = /[?&]snapshot=[0-9a-f]{64}(&|$)/

/** Other people change registers too: what is kept is compared soon after it is shown, when the page
 *  is looked at again, and now and then while it is. */
const checks = new Set<() => Promise<void>>()
const EVERY_MS = 20_000
const NOT_WITHIN_MS = 2_000
/** Whoever goes on has the processor to himself. */
const REST_MS = 1_200
let looked = 0
let resting = 0

function lookAgain(): void {
  if (document.hidden || performance.now() - looked < NOT_WITHIN_MS) return
  looked = performance.now()
  void checkAll()
}

/** One after the other: whoever goes on meanwhile meets one answer at most. */
async function checkAll(): Promise<void> {
  for (const check of [...checks]) await check()
}

function lookSoon(): void {
  clearTimeout(resting)
  const wait = Math.max(REST_MS, looked + NOT_WITHIN_MS - performance.now())
  resting = window.setTimeout(() => requestIdleCallback(lookAgain), wait)
}
addEventListener('focus', lookAgain)
document.addEventListener('visibilitychange', lookAgain)
setInterval(lookAgain, EVERY_MS)

export interface Question {
  path: string
  query?: Query
}

export interface Answer<T> {
  answer: ShallowRef<T | null>
  /** A question is on its way. */
  loading: Ref<boolean>
  problem: ShallowRef<Problem | null>
  /** Ask again, as after an error or a change. */
  again: () => void
}

/**
 * Ask whenever the question's address changes; null asks nothing and clears the answer. What is asked
 * with `keeps` says the same for a while, and is not asked again within it.
 */
export function useAnswer<T>(question: () => Question | null, { keeps = false } = {}): Answer<T> {
  const answer = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function ask(where: string): Promise<void> {
    running?.abort()
    running = null
    problem.value = null
    loading.value = false
    if (!where) {
      answer.value = null
      return
    }
    const ready = keeps ? keptAnswer<T>(where) : null
    if (ready) {
      answer.value = ready
      lookSoon()
      return
    }
    const own = (running = new AbortController())
    loading.value = true
    try {
      const found = await getAddress<T>(where, own.signal)
      if (keeps) keepAnswer(where, found)
      if (own === running) answer.value = found
    } catch (cause) {
      if (isAbort(cause) || own !== running) return
      problem.value = cause instanceof Problem ? cause : new Problem(-1, String(cause), '')
    } finally {
      if (own === running) loading.value = false
    }
  }

  const where = (): string => {
    const asked = question()
    return asked ? address(asked.path, asked.query) : ''
  }

  const again = (): void => {
    forgetAnswers()
    void ask(where())
  }

  /** Ask whether what is shown is still so. */
  async function check(): Promise<void> {
    const [own, shown] = [where(), answer.value]
    if (!own || !shown || loading.value || NEVER_CHANGES.test(own)) return
    const found = await getChanged<T & object>(own, shown).catch(() => null)
    if (!found || answer.value !== shown || JSON.stringify(found) === JSON.stringify(shown)) return
    forgetAnswers()
    keepAnswer(own, found)
    answer.value = found
  }

  watch(where, ask, { immediate: true })
  watch(
    () => view.language,
    () => {
      if (problem.value || isSpoken(answer.value)) again()
    },
  )
  if (keeps) checks.add(check)
  if (getCurrentScope()) {
    onScopeDispose(() => {
      running?.abort()
      checks.delete(check)
    })
  }
  return { answer, loading, problem, again }
}
