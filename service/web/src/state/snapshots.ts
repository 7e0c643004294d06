/** The snapshots that were made: dates that answer at once. */
import { computed, effectScope } from 'vue'
import type { Dated } from '@/api/types'
import { useAnswer } from '@/state/answer'

const scope = effectScope(true)
const list = scope.run(() =>
  useAnswer<{ items: Dated[] }>(() => ({ path: '/snapshots', query: { limit: 100 } })),
)!

export const snapshotsProblem = list.problem
export const snapshotsKnown = computed(() => Boolean(list.answer.value ?? list.problem.value))
export const askSnapshotsAgain = list.again

/** Their dates, newest first, each once. */
export const snapshotDates = computed(() => [
  ...new Set((list.answer.value?.items ?? []).map((one) => one.as_of)),
])
