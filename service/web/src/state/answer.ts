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
import { Problem, address, getAddress, isAbort, type Query } from '@/api/client'

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

/** Ask whenever the question's address changes; null asks nothing and clears the answer. */
export function useAnswer<T>(question: () => Question | null): Answer<T> {
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
    const own = (running = new AbortController())
    loading.value = true
    try {
      const found = await getAddress<T>(where, own.signal)
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
  return { answer, loading, problem, again: () => void ask(where()) }
}
