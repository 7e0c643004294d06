/**
 * What a plan is asked for, with undo and redo. It stands in the address (`ask`), so that whoever
 * opens the same address gets the same plan.
 */
import { computed, ref } from 'vue'
import { changeOwn, ownQuery } from '@/state/view'
import type { Relaxation } from '@/pages/takeover/types'

export type Pair = [string, string | null]

export interface Ask {
  target?: number
  aim?: string
  budget_yuan?: number
  each_child?: number
  limits?: Record<string, number | boolean | string>
  locked?: Pair[]
  forbidden?: Pair[]
  refused?: string[]
  sanctioned?: string[]
  crossed?: [string, string][]
  capacity?: Record<string, number>
}

const past = ref<string[]>([])
const future = ref<string[]>([])
/** What is asked now; null before anything was asked. */
export const ask = ref<Ask | null>(null)

export const canUndo = computed(() => past.value.length > 0)
export const canRedo = computed(() => future.value.length > 0)

/** Take what the address says. */
export function readAddress(): void {
  const text = ownQuery('ask')
  if (!text) return
  try {
    const found: unknown = JSON.parse(text)
    if (found && typeof found === 'object') ask.value = found as Ask
  } catch {
    ask.value = null
  }
}

/** Ask for something else; what was asked before can be had back. */
export function askFor(part: Partial<Ask>): void {
  past.value.push(JSON.stringify(ask.value))
  future.value = []
  set(tidy({ ...ask.value, ...part }))
}

export function undo(): void {
  const before = past.value.pop()
  if (before === undefined) return
  future.value.push(JSON.stringify(ask.value))
  set(JSON.parse(before) as Ask | null)
}

export function redo(): void {
  const after = future.value.pop()
  if (after === undefined) return
  past.value.push(JSON.stringify(ask.value))
  set(JSON.parse(after) as Ask | null)
}

/** Start anew, as in another division. */
export function forget(): void {
  past.value = []
  future.value = []
  set(null)
}

/** The body of `POST /plans/solve`, but for division, snapshot and definition. */
export function bodyOf(own: Ask): Record<string, unknown> {
  const { target, aim, budget_yuan, each_child, limits, ...decided } = own
  return tidy({ target, aim, budget_yuan, each_child, limits, decided })
}

const samePair =
  ([compound, project]: Pair) =>
  (one: Pair): boolean =>
    one[0] === compound && one[1] === project

export function isIn(kind: 'locked' | 'forbidden', pair: Pair): boolean {
  return (ask.value?.[kind] ?? []).some(samePair(pair))
}

/** Lock or forbid a pair, or take that back; the two exclude each other for a compound. */
export function toggle(kind: 'locked' | 'forbidden', pair: Pair): void {
  const own = ask.value?.[kind] ?? []
  const other = kind === 'locked' ? 'forbidden' : 'locked'
  const next = isIn(kind, pair) ? own.filter((one) => !samePair(pair)(one)) : [...own, pair]
  const rest = (ask.value?.[other] ?? []).filter(([compound]) => compound !== pair[0])
  askFor({ [kind]: next, [other]: rest })
}

export function toggleText(kind: 'refused' | 'sanctioned', code: string): void {
  const own = ask.value?.[kind] ?? []
  askFor({ [kind]: own.includes(code) ? own.filter((one) => one !== code) : [...own, code] })
}

export function setCapacity(project: string, area_m2: number | null): void {
  const capacity = { ...ask.value?.capacity }
  if (area_m2 === null) delete capacity[project]
  else capacity[project] = area_m2
  askFor({ capacity })
}

export function setLimit(name: string, value: number | boolean | string | null): void {
  const limits = { ...ask.value?.limits }
  if (value === null || value === '') delete limits[name]
  else limits[name] = value
  askFor({ limits })
}

/** Do what would let a compound in, all of it as one step; false where that is no change of ours. */
export function relax(relaxations: Relaxation[]): boolean {
  let next: Ask = { ...ask.value }
  for (const one of relaxations) {
    const done = relaxed(next, one)
    if (!done) return false
    next = done
  }
  askFor(next)
  return true
}

function relaxed(own: Ask, { kind, value }: Relaxation): Ask | null {
  const pair = value as [string, string]
  if (kind === 'locked') return { ...own, locked: [...(own.locked ?? []), pair] }
  if (kind === 'crossed') return { ...own, crossed: [...(own.crossed ?? []), pair] }
  if (kind === 'capacity_dm2') {
    const [project, dm2] = value as [string, number]
    return { ...own, capacity: { ...own.capacity, [project]: dm2 / 100 } }
  }
  if (kind === 'budget_fen') return { ...own, budget_yuan: Number(value) / 100 }
  if (kind === 'forbidden') {
    const kept = (own.forbidden ?? []).filter((one) => !samePair(pair)(one))
    return { ...own, forbidden: kept }
  }
  if (kind === 'refused' || kind === 'sanctioned') {
    return { ...own, [kind]: (own[kind] ?? []).filter((code) => code !== value) }
  }
  if (kind === 'fallback') return { ...own, limits: { ...own.limits, fallback: true } }
  if (kind === 'within') return { ...own, limits: { ...own.limits, within: String(value) } }
  const name = kind.endsWith('_dm2') ? `${kind.slice(0, -4)}_m2` : kind
  const number = Number(value) / (kind.endsWith('_dm2') ? 100 : 1)
  return Number.isFinite(number) ? { ...own, limits: { ...own.limits, [name]: number } } : null
}

function set(next: Ask | null): void {
  ask.value = next
  void changeOwn({ ask: next === null ? '' : JSON.stringify(next) })
}

/** Leave out what says nothing. */
function tidy<T extends object>(own: T): T {
  const said = Object.entries(own).filter(
    ([, value]) =>
      value !== undefined &&
      value !== null &&
      !(typeof value === 'object' && !Object.keys(value).length),
  )
  return Object.fromEntries(said) as T
}
