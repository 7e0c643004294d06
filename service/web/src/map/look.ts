/** The map on screen, for whoever wants to show something on it. */
import { shallowRef } from 'vue'
import type { Atlas, Box } from '@/map/atlas'

/** The main map; null until it is there, and in browsers that cannot draw it. */
export const atlas = shallowRef<Atlas | null>(null)

let wanted: Box | null = null

/** Show a box on the map, at once or as soon as there is a map. */
export function lookAt(box: Box | null): void {
  if (!box) return
  if (atlas.value) atlas.value.look(box)
  else wanted = box
}

export function takeWanted(): Box | null {
  const box = wanted
  wanted = null
  return box
}
