/** The date of everything on screen: as the address says, else the newest that a snapshot was made of. */
import { computed } from 'vue'
import { snapshotDates, snapshotsKnown } from '@/state/snapshots'
import { view } from '@/state/view'

/** The date as the interface is asked for it; null until it is known. */
export const dateQuery = computed(() => {
  if (view.snapshot) return { snapshot: view.snapshot }
  if (view.asOf) return { as_of: view.asOf }
  return snapshotsKnown.value ? { as_of: snapshotDates.value[0] ?? '' } : null
})
