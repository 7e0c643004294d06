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
import {
  Problem,
  address,
  forgetAnswers,
  getAddress,
  isAbort,
  keepAnswer,
  keptAnswer,
  type Query,
} from '@/api/client'

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
  watch(where, ask, { immediate: true })
  if (getCurrentScope()) onScopeDispose(() => running?.abort())
  const again = (): void => {
    forgetAnswers()
    void ask(where())
  }
  return { answer, loading, problem, again }
}
