/** The indicator over the quarters: what slider and chart both read. */
import { computed, effectScope, ref } from 'vue'
import { follow, send, type Job } from '@/api/client'
import type { CoverageRow, Words } from '@/api/types'
import { mapStands } from '@/map/look'
import { useAnswer } from '@/state/answer'
import { byOf, definitionQuery, view } from '@/state/view'
import { asOf } from '@/state/figures'

export interface SeriesPoint {
  as_of: string
  snapshot: string
  made_up: boolean
  row: CoverageRow
}

export interface Series {
  points: SeriesPoint[]
  missing: string[]
  /** The straight path to the target: a planning line, not a target of the plan. */
  required: { note: Words; due: string; points: { as_of: string; share: number }[] } | null
}

const scope = effectScope(true)

/** From this quarter on, three years: the span of the plan. */
export const span = computed(() => ({
  from: '2022-12-31',
  to: asOf.value > '2025-12-31' ? asOf.value : '2025-12-31',
}))

const question = computed(() => ({
  indicator: view.indicator,
  by: byOf(view.indicator),
  division: view.division,
  step: 'quarter',
  ...span.value,
  ...definitionQuery.value,
}))

const asked = scope.run(() =>
  useAnswer<Series>(
    () =>
      asOf.value && mapStands.value ? { path: '/coverage/series', query: question.value } : null,
    { keeps: true },
  ),
)!

export const series = asked.answer
export const seriesProblem = asked.problem
export const askSeriesAgain = asked.again

/** The job that makes the missing snapshots, while it runs. */
export const building = ref<Job | null>(null)

export async function buildMissing(): Promise<void> {
  const dates = { ...span.value, step: 'quarter' }
  const { job } = await send<{ job: string }>('POST', '/coverage/series', dates)
  try {
    await follow(job, (state) => (building.value = state))
    asked.again()
  } finally {
    building.value = null
  }
}

/** The quarters' last days in the span, oldest first. */
export const quarters = computed(() => {
  const { from, to } = span.value
  const days: string[] = []
  for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year++) {
    for (const end of ['03-31', '06-30', '09-30', '12-31']) {
      const day = `${year}-${end}`
      if (day >= from && day <= to) days.push(day)
    }
  }
  return days
})
