/** The map on screen, for whoever wants to show something on it. */
import { ref, shallowRef } from 'vue'
import { canDraw } from '@/map/webgl'
import { WHOLE } from '@/state/divisions'
import { chosen, view } from '@/state/view'
import type { Atlas } from '@/map/atlas'
import type { Box } from '@/map/framing'

/** The main map; null until it is there, and in browsers that cannot draw it. */
export const atlas = shallowRef<Atlas | null>(null)

/** The map of the second date, which lies over the first; null without one. */
export const atlasBeside = shallowRef<Atlas | null>(null)

/** How far from the left the second date begins, of what the drawer leaves of the map. */
export const cut = ref(0.5)

/** The map was drawn once, or can't be: what is not urgent may begin. */
export const mapStands = ref(!canDraw.value)

/** The map's style is read and its tiles are on their way, or there is no map: panels have time. */
export const mapOpened = ref(!canDraw.value)

/** Compounds are to be seen as dots, from afar too. */
export const dotted = ref(false)

/** The zoom of the main map, once it has come to rest. */
export const zoom = ref(0)

/** Whoever opens an address with something chosen and no place wants to see it. */
let arriving = Boolean(chosen.value && !view.camera)

export function lookOnArrival(box: Box | null): void {
  if (arriving) lookAt(box)
  arriving = false
}

/** A compound of middling size and its neighbours are seen. */
const PLACE_ZOOM = 15.4

let wanted: Box | null = null
/** The division in which somebody asked to see a place. */
let placed = ''

/** Show a box on the map, at once or as soon as there is a map. */
export function lookAt(box: Box | null): void {
  if (!box) return
  placed = view.division || WHOLE
  const isPlace = box[0] === box[2] && box[1] === box[3]
  const maxZoom = isPlace ? PLACE_ZOOM : undefined
  if (atlas.value) atlas.value.look(box, { covered: coveredRight(), maxZoom })
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

/** Whether a place in a division was asked for before its own box was known: that one must not win. */
export function placedIn(division: string): boolean {
  const found = placed === division
  placed = ''
  return found
}
