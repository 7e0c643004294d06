/** The map on screen, for whoever wants to show something on it. */
import { ref, shallowRef } from 'vue'
import { chosen, view } from '@/state/view'
import type { Atlas, Box } from '@/map/atlas'

/** The main map; null until it is there, and in browsers that cannot draw it. */
export const atlas = shallowRef<Atlas | null>(null)

/** The zoom of the main map, once it has come to rest. */
export const zoom = ref(0)

/** Whoever opens an address with something chosen and no place wants to see it. */
let arriving = Boolean(chosen.value && !view.camera)

export function lookOnArrival(box: Box | null): void {
  if (arriving) lookAt(box)
  arriving = false
}

let wanted: Box | null = null

/** Show a box on the map, at once or as soon as there is a map. */
export function lookAt(box: Box | null): void {
  if (!box) return
  if (atlas.value) atlas.value.look(box, { covered: coveredRight() })
  else wanted = box
}

/** How much of the map the drawer covers, in pixels. */
export function coveredRight(): number {
  return chosen.value && innerWidth > 820 ? 420 : 0
}

export function takeWanted(): Box | null {
  const box = wanted
  wanted = null
  return box
}
