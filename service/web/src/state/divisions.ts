/** Divisions: the one on screen with its path, and those below it that the map names. */
import { computed, effectScope } from 'vue'
import type { Dated, Level } from '@/api/types'
import { useAnswer } from '@/state/answer'
import { coverage, rowOf, shownLevel, snapshot } from '@/state/figures'
import { view } from '@/state/view'

export interface Division {
  code: string
  name: string
  level: Level
  parent: string | null
  bbox: [number, number, number, number] | null
  point: [number, number] | null
}

interface OneDivision extends Dated {
  division: Division
  path: Division[]
  levels: Level[]
}

/** The province, which no code in the address stands for. */
export const WHOLE = '53'
/** Above so many the map takes names from its tiles. */
const MOST = 500
export const tooManyToList = computed(() => rowOf.value.size > MOST)

const scope = effectScope(true)

/** The division that the figures are of: its name never stands above those of another. */
const shown = computed(() => coverage.value?.total.division || WHOLE)

const own = scope.run(() =>
  useAnswer<OneDivision>(
    () =>
      snapshot.value
        ? { path: `/divisions/${shown.value}`, query: { snapshot: snapshot.value } }
        : null,
    { keeps: true },
  ),
)!

const below = scope.run(() =>
  useAnswer<{ items: Division[]; total: number }>(
    () =>
      snapshot.value && !tooManyToList.value
        ? {
            path: '/divisions',
            query: {
              parent: view.division,
              level: shownLevel.value,
              snapshot: snapshot.value,
              limit: MOST,
            },
          }
        : null,
    { keeps: true },
  ),
)!

export const division = computed(() => own.answer.value?.division ?? null)
export const divisionProblem = own.problem
export const divisionName = computed(() => division.value?.name ?? '')

/** From the province down to the division itself. */
export const path = computed(() => own.answer.value?.path ?? [])
export const divisionsBelow = computed(() => below.answer.value?.items ?? [])
