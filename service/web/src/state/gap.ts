/** The gap taken apart, as the interface gives it for the division and definition on screen. */
import { computed, effectScope } from 'vue'
import type { CoverageRow, Dated, DefinitionHead, Words } from '@/api/types'
import { useAnswer } from '@/state/answer'
import { coverage, snapshot } from '@/state/figures'
import { definitionQuery, view } from '@/state/view'

export interface GapPart {
  id: string
  name: Words
  compounds: number
  /** In the definition's unit: m² or a count. */
  amount: number
  amount_text: Words
  floor_area_m2: number
  /** Percentage points of the denominator. */
  points: number | null
}

export interface Gap extends Dated {
  definition: DefinitionHead
  total: CoverageRow
  uncovered: GapPart
  by_state: GapPart[]
  by_age: GapPart[]
  by_area: GapPart[]
}

const scope = effectScope(true)
const asked = scope.run(() =>
  useAnswer<Gap>(
    () =>
      snapshot.value && (view.indicator === 'I1' || view.indicator === 'I2')
        ? {
            path: '/coverage/gap',
            query: {
              indicator: view.indicator,
              division: view.division,
              snapshot: snapshot.value,
              ...definitionQuery.value,
            },
          }
        : null,
    { keeps: true },
  ),
)!

/** What there is, which may be of the view before. */
export const gap = asked.answer

/** It is of the very division and definition that the headline is of. */
export const gapFits = computed(() => {
  const [own, all] = [gap.value, coverage.value]
  return Boolean(
    own &&
    all &&
    own.snapshot === all.snapshot &&
    own.definition.id === all.definition.id &&
    own.total.division === all.total.division,
  )
})

/** About how many compounds of middling size would close the gap; null where that says nothing. */
export const compoundsNeeded = computed(() => {
  const found = gap.value
  if (!found || !gapFits.value || view.indicator !== 'I1' || view.basis === 'count') return null
  const { amount, compounds } = found.uncovered
  return amount && compounds ? Math.ceil((found.total.gap_amount * compounds) / amount) : null
})
