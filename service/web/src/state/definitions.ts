/** What the figures mean: indicators with their classes, and the choices of a definition (口径). */
import { computed, effectScope } from 'vue'
import type { IndicatorId, Words } from '@/api/types'
import { useAnswer } from '@/state/answer'
import { view } from '@/state/view'

export interface ShareClass {
  low: number
  high: number | null
  colour: string
  side: 'below' | 'above'
  label: Words
}

export interface Indicator {
  id: IndicatorId
  name: Words
  short: string
  meaning: Words
  unit: string
  subject: string
  target: number
  target_text: string
  due: string
  classes: ShareClass[]
}

/** One choice of a definition: its name, and one sentence on what choosing it changes. */
export interface Choice {
  id: string
  name: Words
  effect: Words
}

export interface CompoundState {
  id: string
  name: Words
  modes: string[]
  fill: string
  line: string
  pattern: string
}

export interface Definitions {
  plan: { version: string; title: Words; scope_note: Words }
  indicators: Indicator[]
  bands: (Choice & { modes: string[] })[]
  bases: Choice[]
  populations: Choice[]
  with_interim: { value: boolean; name: Words; effect: Words }[]
  levels: { id: string; name: Words }[]
  states: CompoundState[]
  filters: { id: string; name: Words; meaning: Words }[]
  case_states: string[]
  file_kinds: {
    id: string
    columns: { id: string; header: string; words: Words; required: boolean }[]
  }[]
}

const scope = effectScope(true)
const asked = scope.run(() => useAnswer<Definitions>(() => ({ path: '/definitions' })))!

export const definitions = asked.answer
export const definitionsProblem = asked.problem
export const askDefinitionsAgain = asked.again

const indicatorOf = (own: IndicatorId): Indicator | null =>
  definitions.value?.indicators.find(({ id }) => id === own) ?? null

export const indicator = computed(() => indicatorOf(view.indicator))
/** The classes of shares, of an indicator that may not be the one on screen. */
export const classesOf = (own: IndicatorId): ShareClass[] => indicatorOf(own)?.classes ?? []
export const classes = computed(() => indicator.value?.classes ?? [])
export const colours = computed(() => classes.value.map(({ colour }) => colour))
