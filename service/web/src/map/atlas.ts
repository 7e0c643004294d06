/**
 * One map: the drawing alone. It is told what to show and tells what is pointed at; it knows nothing
 * of panels or addresses, so that two of them can stand side by side.
 */
import {
  Map as MapLibre,
  ScaleControl,
  prewarm,
  setWorkerUrl,
  type LngLatBoundsLike,
  type MapGeoJSONFeature,
  type VectorTileSource,
  type GeoJSONSource,
  type ExpressionSpecification,
  type FilterSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { CoverageRow, Level } from '@/api/types'
import type { BaseLayer } from '@/state/base'
import type { Division } from '@/state/divisions'
import { CODE_LENGTHS, DRAWN_FROM, LEVELS } from '@/state/levels'
import type { Camera } from '@/state/view'
import { token } from '@/map/colours'
import { hasChinese, ownFaces } from '@/fonts'
import {
  NAMED_FROM,
  NONE,
  SWITCHES,
  TILE_LAYERS,
  fillOpacity,
  styleOf,
  tilesOf,
  type Switch,
} from '@/map/layers'
import { addPatterns } from '@/map/patterns'

setWorkerUrl(workerUrl)
prewarm() // the worker reads its scripts while the page makes the map

export type Box = [number, number, number, number]

const LEVELLED = [
  'divisions-fill',
  'divisions-hatch',
  'divisions-unsure',
  'divisions-line',
  'hover-line',
]
const FONTS = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
/** Room for the legend's foot, the slider and the tools. */
const PADDING =
  innerWidth < 820
    ? { top: 60, right: 24, bottom: 130, left: 24 }
    : { top: 40, right: 80, bottom: 84, left: 236 }
/** So much nearer than the zoom at which tiles begin, that rounding does not matter. */
const NEAR = 0.02
const DIVISION = { source: 'divisions', sourceLayer: 'divisions' }

/** Communities in fewer words than their registered names, which the panels give in full. */
function short(name: string): string {
  return name
    .replace(/(社区|村)(居民委员会|居委会|村民委员会|村委会)$/, '$1')
    .replace(/(居民|村民)委员会$/, '')
}

/** The divisions of a level below one: codes are numbers, each beginning with its parent's. */
function namesBelow(level: Level, scope: string): FilterSpecification {
  const rest = 10 ** (CODE_LENGTHS[level] - scope.length)
  const [least, below] = [Number(scope) * rest, (Number(scope) + 1) * rest]
  return [
    'all',
    ['==', ['get', 'level'], level],
    ['>=', ['get', 'code'], least],
    ['<', ['get', 'code'], below],
  ]
}

export const calm = matchMedia('(prefers-reduced-motion: reduce)')

export class Atlas {
  readonly map: MapLibre
  /** Done when the style is there and layers can be told things. */
  readonly ready: Promise<void>
  /** Done when the colours were on the canvas once: names, which take long, come after them. */
  private readonly coloured: Promise<void>
  private noteColoured = (): void => undefined
  private snapshot = ''
  /** Layers of a page's own that are pressed for themselves, not for what lies below them. */
  readonly pressed = new Set<string>()
  /** Layers whose features are compounds. */
  readonly compoundLayers = new Set(['compounds-fill', 'compounds-place'])
  private painted = new Set<string>()
  private level: Level | '' = ''
  private placed = false
  private lit = ''
  private below: string[] = []

  constructor(
    readonly container: HTMLElement,
    options: { scale?: boolean; words?: Record<string, string> } = {},
  ) {
    this.map = new MapLibre({
      container,
      center: [101.5, 24.9],
      zoom: 5.6,
      minZoom: 4,
      maxZoom: 18,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      rollEnabled: false,
      attributionControl: false,
      fadeDuration: calm.matches ? 0 : 120,
      localIdeographFontFamily: FONTS,
      locale: options.words,
      renderWorldCopies: false,
      refreshExpiredTiles: false,
      validateStyle: import.meta.env.DEV,
      // Lines and edges are smoothed by their shaders; four samples a pixel cost a frame half its time.
      canvasContextAttributes: { antialias: false, preserveDrawingBuffer: false },
    })
    Object.assign(container, { map: this.map }) // to be looked at from the console and by tests
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    if (options.scale) this.map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-right')
    this.ready = new Promise((resolve) => {
      const start = (): void => {
        if (!hasChinese()) {
          void ownFaces().then((faces) => this.map.setFontFaces({ 'sans-serif': faces }))
        }
        addPatterns(this.map)
        resolve()
      }
      this.map.once('style.load', start)
    })
    this.coloured = new Promise((resolve) => (this.noteColoured = resolve))
  }

  /** Read a snapshot's tiles, beginning at a place. */
  open(snapshot: string, { camera, box }: { camera?: Camera | null; box?: Box | null }): void {
    this.snapshot = snapshot
    this.placed = Boolean(camera)
    if (camera) this.map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom })
    else if (box) this.map.fitBounds(box as LngLatBoundsLike, { padding: PADDING, duration: 0 })
    this.map.setStyle(styleOf(snapshot), { localIdeographFontFamily: FONTS })
  }

  /** Read tiles from another snapshot; the old ones stay until the new are there. */
  async useSnapshot(snapshot: string): Promise<void> {
    await this.ready
    if (!snapshot || snapshot === this.snapshot) return
    this.snapshot = snapshot
    for (const layer of TILE_LAYERS) {
      this.map.getSource<VectorTileSource>(layer)?.setTiles(tilesOf(snapshot, layer))
    }
  }

  /** Colour the divisions of a level: values come apart from shapes and move none. */
  async paint(
    level: Level,
    rows: Iterable<CoverageRow>,
    colours: readonly string[],
  ): Promise<void> {
    await this.ready
    this.reach(level)
    const filter: FilterSpecification = ['==', ['get', 'level'], level]
    for (const id of LEVELLED) this.map.setFilter(id, filter)
    const seen = new Set<string>()
    let [empty, unsure] = [false, false]
    for (const row of rows) {
      if (!row.division) continue
      seen.add(row.division)
      const place = row.class
      const isUnsure = place !== null && row.met === 'undetermined'
      empty ||= place === null
      unsure ||= isUnsure
      this.map.setFeatureState(
        { ...DIVISION, id: row.division },
        {
          colour: place === null ? token('no-data') : colours[place],
          shown: 0.88,
          empty: place === null ? 1 : 0,
          unsure: isUnsure ? 1 : 0,
        },
      )
    }
    for (const code of this.painted) {
      if (!seen.has(code))
        this.map.setFeatureState({ ...DIVISION, id: code }, { shown: 0, empty: 0, unsure: 0 })
    }
    this.painted = seen
    // Hatches are a layer over all shapes each: not drawn before something is hatched.
    if (empty) this.map.setLayoutProperty('divisions-hatch', 'visibility', 'visible')
    if (unsure) this.map.setLayoutProperty('divisions-unsure', 'visibility', 'visible')
    this.noteDrawing()
  }

  /** Go near enough for a level's outlines: when it is another than before, or no place was asked for. */
  private reach(level: Level): void {
    const asked = this.level ? this.level !== level : !this.placed
    this.level = level
    const least = DRAWN_FROM[level] + NEAR
    if (asked && this.map.getZoom() < least) this.map.easeTo({ zoom: least, duration: 0 })
  }

  /** Say when the colours were on the canvas: for who measures (`benchmarks/web.py`). */
  private noteDrawing(): void {
    performance.clearMarks('wuye:coloured')
    const drawn = (): void => {
      if (!this.map.isSourceLoaded('divisions')) return
      this.map.off('render', drawn)
      performance.mark('wuye:coloured')
      this.noteColoured()
    }
    this.map.on('render', drawn)
  }

  /** Write names, the ones that matter most first where there is no room for all. */
  async label(divisions: readonly Division[], rowOf: Map<string, CoverageRow>): Promise<void> {
    await this.coloured
    const features = divisions.flatMap(({ code, name, point }) => {
      if (!point) return []
      const row = rowOf.get(code)
      const properties = {
        code,
        name: short(name),
        share: row?.text.share ?? '',
        order: -(row?.denominator ?? 0),
      }
      return [
        {
          type: 'Feature' as const,
          geometry: { type: 'Point' as const, coordinates: point },
          properties,
        },
      ]
    })
    this.map.getSource<GeoJSONSource>('labels')?.setData({ type: 'FeatureCollection', features })
  }

  /** Name divisions out of the tiles, where there are more than a list holds; null names none so. */
  async labelFromTiles(
    asked: { level: Level; scope: string; rowOf: Map<string, CoverageRow> } | null,
  ): Promise<void> {
    await this.ready
    const near = asked && namesBelow(asked.level, asked.scope)
    this.map.setFilter('tile-labels', near ?? NONE)
    this.map.setFilter('far-labels', NONE)
    if (!asked) return
    const texts = [...asked.rowOf].flatMap(([code, row]) => [
      Number(code),
      [short(row.name), row.text.share].filter(Boolean).join('\n'),
    ])
    const field = ['match', ['get', 'code'], ...texts, ['get', 'name']] as unknown
    this.map.setLayoutProperty('tile-labels', 'text-field', field as ExpressionSpecification)
    // As long as these names are too small, those of larger divisions say where one is.
    const from = NAMED_FROM[asked.level]
    const coarser = LEVELS.filter((one) => one !== 'province' && NAMED_FROM[one] < from - 2)
    this.map.setLayerZoomRange('far-labels', NAMED_FROM.prefecture, from)
    this.map.setFilter('far-labels', ['in', ['get', 'level'], ['literal', coarser]])
  }

  async outline(code: string): Promise<void> {
    await this.ready
    this.map.setFilter('scope-line', ['==', ['to-string', ['get', 'code']], code])
  }

  async light(code: string): Promise<void> {
    await this.ready
    if (code === this.lit) return
    if (this.lit) this.map.setFeatureState({ ...DIVISION, id: this.lit }, { hover: false })
    if (code) this.map.setFeatureState({ ...DIVISION, id: code }, { hover: true })
    this.lit = code
  }

  async mark(compound: string): Promise<void> {
    await this.ready
    this.map.setFilter('compound-chosen', ['==', ['get', 'code'], compound])
  }

  /** Draw only the compounds that fit; null draws all. */
  async only(filter: FilterSpecification | null): Promise<void> {
    await this.ready
    const fits = (own: FilterSpecification): FilterSpecification =>
      (filter ? ['all', own, filter] : own) as FilterSpecification
    const shape: FilterSpecification = ['!=', ['get', 'placeholder'], 1]
    this.map.setFilter('compounds-fill', fits(shape))
    this.map.setFilter('compounds-line', fits(shape))
    this.map.setFilter('compounds-place', fits(['==', ['get', 'placeholder'], 1]))
    this.map.setFilter(
      'compounds-pattern',
      fits([
        'all',
        shape,
        ['in', ['get', 'state'], ['literal', ['trusteeship', 'self', 'unknown']]],
      ]),
    )
  }

  async show(part: Switch, visible: boolean): Promise<void> {
    await this.ready
    for (const id of SWITCHES[part]) {
      this.map.setLayoutProperty(id, 'visibility', visible ? 'visible' : 'none')
    }
  }

  /** Lay a base map below the figures and its names above them; an empty list takes it away. */
  async base(layers: readonly BaseLayer[]): Promise<void> {
    await this.ready
    for (const id of this.below) {
      this.map.removeLayer(id)
      this.map.removeSource(id)
    }
    this.below = layers.map(({ id }) => `base-${id}`)
    for (const { id, tiles, minzoom, maxzoom, over } of layers) {
      const name = `base-${id}`
      const source = { tiles: [location.origin + tiles], tileSize: 256, minzoom, maxzoom }
      this.map.addSource(name, { type: 'raster', ...source })
      this.map.addLayer(
        { id: name, type: 'raster', source: name, paint: { 'raster-fade-duration': 0 } },
        over ? 'labels' : 'divisions-fill',
      )
    }
    this.map.setPaintProperty(
      'divisions-fill',
      'fill-opacity',
      fillOpacity(layers.length ? 0.6 : 1),
    )
  }

  /** What is at a place: the compound before the division it lies in. */
  at(point: { x: number; y: number }): {
    compound: MapGeoJSONFeature | null
    division: MapGeoJSONFeature | null
  } {
    const layers = [...this.compoundLayers, 'divisions-fill'].filter((id) => this.map.getLayer(id))
    const found = this.map.queryRenderedFeatures([point.x, point.y], { layers })
    return {
      compound: found.find(({ layer }) => this.compoundLayers.has(layer.id)) ?? null,
      division: found.find(({ source, state }) => source === 'divisions' && state.shown) ?? null,
    }
  }

  /** Whether a page's own layer is at a place. */
  taken(point: { x: number; y: number }): boolean {
    const layers = [...this.pressed].filter((id) => this.map.getLayer(id))
    return (
      layers.length > 0 && this.map.queryRenderedFeatures([point.x, point.y], { layers }).length > 0
    )
  }

  /** Move the camera, because a reader asked to see something. */
  look(box: Box, { covered = 0, maxZoom = 16.5 } = {}): void {
    const { top, right, bottom, left } = PADDING
    const aside = right + covered
    // The map's own uneven padding is off where `maxZoom` holds; an offset is not.
    const fit = this.map.cameraForBounds(box as LngLatBoundsLike, {
      padding: {
        top: (top + bottom) / 2,
        bottom: (top + bottom) / 2,
        left: (left + aside) / 2,
        right: (left + aside) / 2,
      },
      maxZoom,
    })
    if (!fit) return
    this.map.easeTo({
      ...fit,
      zoom: Math.max(fit.zoom ?? 0, this.level ? DRAWN_FROM[this.level] + NEAR : 0),
      offset: [(left - aside) / 2, (top - bottom) / 2],
      duration: calm.matches ? 0 : 420,
    })
  }

  camera(): Camera {
    const { lng, lat } = this.map.getCenter()
    return { lon: lng, lat, zoom: this.map.getZoom() }
  }

  remove(): void {
    this.map.remove()
  }
}
