/** The date of everything on screen: as the address says, else the newest, which the server knows. */
import { computed } from 'vue'
import { view } from '@/state/view'

/** The date as the interface is asked for it. */
export const dateQuery = computed(() => {
  if (view.snapshot) return { snapshot: view.snapshot }
  if (view.asOf) return { as_of: view.asOf }
  return {}
})
