/** The figures on screen: one answer that map, ranking, headline and legend all read. */
import { computed, effectScope, ref } from 'vue'
import type { Coverage, CoverageRow, IndicatorId, Level } from '@/api/types'
import { address } from '@/api/client'
import { useAnswer } from '@/state/answer'
import { LEVELS, isBelow, levelBelow, levelOf } from '@/state/levels'
import { dateQuery } from '@/state/date'
import { byOf, definitionQuery, view } from '@/state/view'

const scope = effectScope(true)
/** Finer levels than these would be too small to see. */
const MOST_LEVELS = 3

/** The level of the divisions that are coloured and ranked. */
export const shownLevel = computed<Level>(() => {
  const own = levelOf(view.division)
  return view.level && isBelow(view.level, own) ? view.level : levelBelow(own)
})

/** The levels that can be shown in the division. */
export const levelsBelow = computed(() =>
  LEVELS.filter((level) => isBelow(level, levelOf(view.division))).slice(0, MOST_LEVELS),
)

const asked = () => ({
  division: view.division,
  level: levelOf(view.division) === 'community' ? 'community' : shownLevel.value,
  indicator: view.indicator,
  by: byOf(view.indicator),
  ...definitionQuery.value,
})

const now = scope.run(() =>
  useAnswer<Coverage>(() => ({ path: '/coverage', query: { ...asked(), ...dateQuery.value } }), {
    keeps: true,
  }),
)!

const past = scope.run(() =>
  useAnswer<Coverage>(() =>
    view.beside ? { path: '/coverage', query: { ...asked(), as_of: view.beside } } : null,
  ),
)!

/** Where the figures of a view near the present one are asked for. */
export function addressOfFigures(
  part: { indicator: IndicatorId } | { asOf: string } | { division: string },
): string {
  const query = { ...asked(), ...dateQuery.value }
  if ('asOf' in part) return address('/coverage', { ...query, snapshot: '', as_of: part.asOf })
  if ('division' in part) {
    const level = levelBelow(levelOf(part.division))
    return address('/coverage', { ...query, division: part.division, level })
  }
  return address('/coverage', { ...query, indicator: part.indicator, by: byOf(part.indicator) })
}

export const coverage = now.answer
export const coverageLoading = now.loading
export const coverageProblem = now.problem
export const askCoverageAgain = now.again

/** The same at the second date, when there is one. */
export const coverageBeside = past.answer
export const besideLoading = past.loading
export const besideProblem = past.problem
export const askBesideAgain = past.again

/** The snapshot that everything on screen is read from; empty until the first answer. */
export const snapshot = computed(() => coverage.value?.snapshot ?? '')
export const asOf = computed(() => coverage.value?.as_of ?? view.asOf)
export const madeUp = computed(() => coverage.value?.made_up ?? false)
export const total = computed(() => coverage.value?.total ?? null)

/** Rows by division code. */
export const rowOf = computed(() => byCode(coverage.value))
export const rowBesideOf = computed(() => byCode(coverageBeside.value))

/** The division under the pointer, in the ranking or on the map. */
export const hovered = ref('')

function byCode(found: Coverage | null): Map<string, CoverageRow> {
  const rows = (found?.rows ?? []).filter((row) => row.division !== null)
  return new Map(rows.map((row) => [row.division!, row]))
}
