/**
 * The map begins before the page around it: it takes longest, and says most. What the first frame
 * needs is here; what is pointed at, named and switched comes with `MapStage.vue`.
 */
import { ref, shallowRef, watch } from 'vue'
import { Atlas } from '@/map/atlas'
import { atlas, mapOpened, mapStands, takeWanted, zoom } from '@/map/look'
import { canDraw } from '@/map/webgl'
import { askForBase } from '@/state/base'
import { colours } from '@/state/definitions'
import { WHOLE } from '@/state/divisions'
import { coverage } from '@/state/figures'
import { view } from '@/state/view'
import { i18n } from '@/words'

/** All tiles are there and drawn. */
export const still = ref(false)

/** What the map is drawn in; the page takes it over. */
export const mapBox = document.createElement('div')
mapBox.className = 'canvas'
Object.assign(mapBox.style, { position: 'absolute', inset: '0' })

/** The map while it does not yet know what to show. */
const made = shallowRef<Atlas | null>(null)

function words(): Record<string, string> {
  const { t } = i18n.global
  return {
    'ScaleControl.Meters': t('frame.metres'),
    'ScaleControl.Kilometers': t('frame.kilometres'),
    'Map.Title': t('frame.mapLabel'),
  }
}

/** Make the map in a place, and draw as soon as it is known what. Gives when its colours stand. */
export function beginMap(place: Element | null): Promise<unknown> {
  place?.append(mapBox)
  try {
    made.value = new Atlas(mapBox, { scale: true, words: words() })
  } catch {
    canDraw.value = false
    mapOpened.value = true
    mapStands.value = true
    return Promise.resolve()
  }
  const own = made.value
  watch(i18n.global.locale, () => own.speak(words()))
  void own.opened.then(() => (mapOpened.value = true))
  watch(coverage, open, { immediate: true, flush: 'sync' })
  watch(
    [atlas, coverage, colours],
    ([, found, all]) => {
      if (!atlas.value || !found || !all.length) return
      own.outline(found.total.division ?? WHOLE)
      void own.paint(found.level, found.rows, all)
    },
    { immediate: true },
  )
  return own.coloured
}

/** Begin with tiles as soon as it is known of which snapshot, and where. */
function open(): void {
  const [own, found] = [made.value, coverage.value]
  if (!own || atlas.value || !found) return
  const { map } = own
  map.on('dataloading', () => (still.value = false))
  map.once('idle', () => {
    mapStands.value = true
    void askForBase()
  })
  map.on('idle', () => {
    still.value = true
    zoom.value = map.getZoom()
  })
  const wanted = takeWanted()
  own.open(found.snapshot, {
    camera: wanted ? null : view.camera,
    box: wanted ?? found.bbox ?? null,
    level: found.level,
    tags: found.tile_tags,
  })
  atlas.value = own
}

/** The map was made, but can't be used: the plain page takes its place. */
export function endMap(): void {
  made.value?.remove()
  atlas.value = null
}
