/** The base map that this installation may lay below its own, asked for once the page stands. */
import { computed, shallowRef } from 'vue'
import type { Words } from '@/api/types'
import { router } from '@/router'

export interface BaseLayer {
  id: string
  name: Words
  tiles: string
  minzoom: number
  maxzoom: number
  /** Names that lie above our figures. */
  over: boolean
}

interface Base {
  layers: BaseLayer[]
  credit: string
  review_number: string
}

const offered = shallowRef<Base | null>(null)

export async function askForBase(): Promise<void> {
  if (offered.value) return
  const answer = await fetch('/basemap/').catch(() => null)
  if (answer?.ok) offered.value = (await answer.json()) as Base
}

/** What can be chosen; names come with what lies below. */
export const baseLayers = computed(() => (offered.value?.layers ?? []).filter(({ over }) => !over))

/** The layers on the map, lowest first; none unless the address says so. */
export const baseShown = computed<BaseLayer[]>(() => {
  const asked = router.currentRoute.value.query.base
  const own = baseLayers.value.find(({ id }) => id === asked)
  return own ? [own, ...(offered.value?.layers ?? []).filter(({ over }) => over)] : []
})

export const baseCredit = computed(() => (baseShown.value.length ? offered.value!.credit : ''))
export const baseReview = computed(() => offered.value?.review_number ?? '')
