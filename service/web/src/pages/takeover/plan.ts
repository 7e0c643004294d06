/** The plan on screen: solved again whenever what is asked changes, and compared with the one before. */
import { computed, effectScope, ref, shallowReactive, shallowRef, watch } from 'vue'
import { Problem, follow, isAbort, send, type Job } from '@/api/client'
import { useAnswer } from '@/state/answer'
import { snapshot } from '@/state/figures'
import { view } from '@/state/view'
import { ask, bodyOf, forget } from '@/pages/takeover/ask'
import type { Options, Solved } from '@/pages/takeover/types'

/** Below a county a plan takes a moment; above, it is work for a job. */
const COUNTY = 6
const PATIENCE_MS = 150

export const solved = shallowRef<Solved | null>(null)
export const solving = ref(false)
export const problem = shallowRef<Problem | null>(null)
/** How long the last answer took, in milliseconds. */
export const took_ms = ref(0)
/** The suggestion under the pointer, by compound. */
export const pointed = ref('')
/** The kept plan that the one on screen shall be compared with; empty: the one before. */
export const comparedWith = ref('')
/** The kept plan that the difference on screen is with; empty: the one before. */
export const against = ref('')

export const plan = computed(() => solved.value?.plan ?? null)
/** What the plan's shares count. */
export const counts = computed(() => solved.value?.counts)
export const inOneGo = computed(() => view.division.length >= COUNTY)

const scope = effectScope(true)
export const options = scope.run(() =>
  useAnswer<Options>(() => ({ path: '/plans/options' })),
)!.answer

const body = computed(() => {
  if (!ask.value || !snapshot.value || !view.division) return null
  return {
    snapshot: snapshot.value,
    division: view.division,
    definition: {
      band: view.band,
      basis: view.basis,
      population: view.population,
      with_interim: view.interim,
    },
    ...bodyOf(ask.value),
  }
})

let running: AbortController | null = null
let timer = 0

/** What the plan on screen was compared with. */
let basis: string | undefined

async function solve(again = false): Promise<void> {
  const asked = body.value
  if (!asked || !inOneGo.value) return
  running?.abort()
  const own = (running = new AbortController())
  const started = performance.now()
  solving.value = true
  problem.value = null
  const before = solved.value
  const other = comparedWith.value
  const earlier = before?.plan.division === view.division ? before.digest : undefined
  const base = again ? basis : other || earlier
  try {
    const found = await send<Solved>('POST', '/plans/solve', { ...asked, base }, own.signal)
    if (own !== running) return
    solved.value = found
    basis = base
    against.value = other
    took_ms.value = Math.round(performance.now() - started)
  } catch (cause) {
    if (isAbort(cause) || own !== running) return
    problem.value = cause instanceof Problem ? cause : new Problem(-1, String(cause), '')
  } finally {
    if (own === running) solving.value = false
  }
}

export const solveAgain = (): void => void solve()

/** Let the plan follow what is asked, while the page is open. */
export function followAsk(): void {
  watch(
    () => view.division,
    (now, before) => {
      if (before === undefined || now === before) return
      solved.value = null
      comparedWith.value = ''
      forget()
    },
  )
  // The same plan, said in the other language.
  watch(
    () => view.language,
    () => {
      if (solved.value || problem.value) void solve(true)
    },
  )
  watch(
    [() => JSON.stringify(body.value), comparedWith],
    ([text]) => {
      clearTimeout(timer)
      if (text === 'null') {
        running?.abort()
        solved.value = null
        solving.value = false
        return
      }
      timer = window.setTimeout(() => void solve(), solved.value ? PATIENCE_MS : 0)
    },
    { immediate: true },
  )
}

/** The job that keeps a plan, while it runs. */
export const keeping = shallowRef<Job<{ plan: string }> | null>(null)
/** Kept plans' ids by what was asked. */
const kept = shallowReactive(new Map<string, string>())

/** The kept plan that answers what is asked now; empty where none was kept from this page. */
export const keptId = computed(() => kept.get(JSON.stringify(body.value)) ?? '')

/** Have the plan made by a job and kept; give its id. The same question is kept once. */
export async function keep(): Promise<string> {
  const asked = body.value
  if (!asked) throw new Problem(400, '', '')
  const key = JSON.stringify(asked)
  const before = kept.get(key)
  if (before) return before
  const { job } = await send<{ job: string }>('POST', '/plans', asked)
  try {
    const done = await follow<{ plan: string }>(job, (state) => (keeping.value = state))
    const id = done.result?.plan ?? ''
    kept.set(key, id)
    return id
  } finally {
    keeping.value = null
  }
}
