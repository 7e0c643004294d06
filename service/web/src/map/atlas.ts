/**
 * One map: the drawing alone. It is told what to show and tells what is pointed at; it knows nothing
 * of panels or addresses, so that two of them can stand side by side.
 */
import {
  Map as MapLibre,
  ScaleControl,
  prewarm,
  setWorkerUrl,
  type LngLatBounds,
  type LngLatBoundsLike,
  type MapGeoJSONFeature,
  type VectorTileSource,
  type FilterSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { CoverageRow, Level } from '@/api/types'
import type { BaseLayer } from '@/state/base'
import type { Division } from '@/state/divisions'
import { DRAWN_FROM, levelBelow } from '@/state/levels'
import type { Camera } from '@/state/view'
import { token } from '@/map/colours'
import { hasChinese, ownFaces } from '@/fonts'
import {
  CHECKED,
  COLOURED,
  LINE_OPACITY,
  NO_COLOUR,
  SWITCHES,
  TILE_LAYERS,
  fillOf,
  fillOpacity,
  firstStyle,
  lineOf,
  rest,
  tilesOf,
  type Switch,
  type TileLayer,
} from '@/map/layers'
import { afterFrame } from '@/map/frames'
import { PADDING, framed, type Box } from '@/map/framing'
import { HoverLine } from '@/map/hover'
import { Names } from '@/map/names'
import { addPatterns } from '@/map/patterns'

setWorkerUrl(workerUrl)
prewarm() // the worker reads its scripts while the page makes the map

const FONTS = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
/** Whoever goes on within that time is not kept waiting by names. */
const REST_MS = 300
/** So much nearer than the zoom at which tiles begin, that rounding does not matter. */
const NEAR = 0.02
const DIVISION = { source: 'divisions', sourceLayer: 'divisions' }
const HIDDEN = { colour: NO_COLOUR, shown: 0, empty: 0, unsure: 0 }
/** How strong colours are, alone and over a base map. */
const [FULL, OVER_BASE] = [0.88, 0.53]

/** By layer a fingerprint of what its tiles hold. */
export type TileTags = Partial<Record<TileLayer, string>>

/** What a map opens with. */
interface Shown {
  level: Level
  tags: TileTags | undefined
}

export const calm = matchMedia('(prefers-reduced-motion: reduce)')

export class Atlas {
  readonly map: MapLibre
  /** Done when the style is read and the first tiles are on their way. */
  readonly opened: Promise<void>
  /** Done when every layer is there and can be told things: after the first colours. */
  readonly ready: Promise<void>
  /** Done when the colours were on the canvas once: whatever takes long comes after them. */
  readonly coloured: Promise<void>
  private noteColoured = (): void => undefined
  /** The same for the colours that were told last. */
  private noted: Promise<unknown> = Promise.resolve()
  private note: (value?: unknown) => void = () => undefined
  private snapshot = ''
  private tags: TileTags = {}
  /** Layers of a page's own that are pressed for themselves, not for what lies below them. */
  readonly pressed = new Set<string>()
  /** Layers whose features are compounds. */
  readonly compoundLayers = new Set(['compounds-fill', 'compounds-place'])
  private painted = new Set<string>()
  private level: Level | '' = ''
  private strength = FULL
  private placed = false
  private scope = ''
  private named: Parameters<Names['write']> | null = null
  private below: string[] = []
  private readonly hover: HoverLine
  private readonly scale: ScaleControl | null = null
  private readonly names: Names
  /** What the tiles held, and where, when the map was last at rest. */
  private held: { levels: Set<Level | ''>; bounds: LngLatBounds } | null = null

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
    if (options.scale) {
      this.scale = new ScaleControl({ maxWidth: 110 })
      this.map.addControl(this.scale, 'bottom-right')
    }
    this.hover = new HoverLine(this.map)
    this.names = new Names(this.map)
    this.map.on('idle', this.hold)
    this.coloured = new Promise((resolve) => (this.noteColoured = resolve))
    this.opened = new Promise((resolve) => this.map.once('style.load', () => resolve()))
    const drawn = new Promise((resolve) => this.map.once('idle', resolve))
    this.ready = Promise.race([this.coloured, drawn])
      .then(afterFrame)
      .then(() => this.complete())
  }

  /** Read a snapshot's tiles, beginning at a place and a level. */
  open(
    snapshot: string,
    { camera, box, level, tags }: { camera?: Camera | null; box?: Box | null } & Shown,
  ): void {
    this.snapshot = snapshot
    this.tags = tags ?? {} // an answer that a browser has kept from before had none
    this.placed = Boolean(camera)
    if (camera) this.map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom })
    else if (box) this.map.fitBounds(box as LngLatBoundsLike, { padding: PADDING, duration: 0 })
    this.map.setStyle(firstStyle(snapshot, level), { localIdeographFontFamily: FONTS })
  }

  /** Add what the first frame did without. */
  private complete(): void {
    if (!hasChinese()) {
      void ownFaces().then((faces) => this.map.setFontFaces({ 'sans-serif': faces }))
    }
    addPatterns(this.map)
    const { sources, layers } = rest(this.snapshot, (id) => Boolean(this.map.getLayer(id)))
    for (const [id, source] of Object.entries(sources)) this.map.addSource(id, source)
    for (const [layer, below] of layers) this.map.addLayer(layer, below)
  }

  /**
   * Read tiles from another snapshot; the old ones stay until the new are there. Layers that are the
   * same in both stay as they are: another date rarely has other outlines.
   */
  async useSnapshot(snapshot: string, tags: TileTags | undefined): Promise<void> {
    await this.ready
    if (!snapshot || snapshot === this.snapshot) return
    const before = this.tags
    ;[this.snapshot, this.tags] = [snapshot, tags ?? {}]
    for (const layer of TILE_LAYERS) {
      if (this.tags[layer] && this.tags[layer] === before[layer]) continue
      if (layer === 'divisions') this.held = null
      this.map.getSource<VectorTileSource>(layer)?.setTiles(tilesOf(snapshot, layer))
    }
  }

  /** Colour the divisions of a level: values come apart from shapes and move none. */
  async paint(
    level: Level,
    rows: Iterable<CoverageRow>,
    colours: readonly string[],
  ): Promise<void> {
    this.reach(level)
    await this.opened
    this.reveal(level)
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
          shown: 1,
          empty: place === null ? 1 : 0,
          unsure: isUnsure ? 1 : 0,
        },
      )
    }
    for (const code of this.painted) {
      if (!seen.has(code)) this.map.setFeatureState({ ...DIVISION, id: code }, HIDDEN)
    }
    this.painted = seen
    this.names.hide()
    this.noteDrawing()
    await this.ready
    await this.noted
    if (this.level !== level || this.painted !== seen) return
    this.detail(level, { empty, unsure })
    await this.rest()
    if (this.painted === seen && this.names.stale && this.named) this.names.write(...this.named)
  }

  /** Show a level's layers in the place of another's. */
  private reveal(level: Level): void {
    for (const one of COLOURED) {
      if (!this.map.getLayer(fillOf(one))) continue
      const shown = one === level
      if (shown) this.read(one)
      const [fill, line] = shown ? [fillOpacity(this.strength), LINE_OPACITY] : [0, 0]
      this.map.setPaintProperty(fillOf(one), 'fill-opacity', fill, CHECKED)
      this.map.setPaintProperty(lineOf(one), 'line-opacity', line, CHECKED)
    }
  }

  /** Have tiles hold a level's shapes, drawn or not. */
  private read(level: Level): void {
    for (const id of [fillOf(level), lineOf(level)]) {
      if (this.map.getLayoutProperty(id, 'visibility') === 'none')
        this.map.setLayoutProperty(id, 'visibility', 'visible')
    }
  }

  /**
   * What the colours do without: hatches, which are a layer over all shapes each and not drawn before
   * something is hatched, and the shapes of the level that somebody may go to next.
   */
  private detail(level: Level, { empty, unsure }: { empty: boolean; unsure: boolean }): void {
    const filter: FilterSpecification = ['==', ['get', 'level'], level]
    for (const [id, needed] of [
      ['divisions-hatch', empty],
      ['divisions-unsure', unsure],
    ] as const) {
      this.map.setFilter(id, filter, CHECKED)
      if (needed) this.map.setLayoutProperty(id, 'visibility', 'visible')
    }
    this.map.setFilter('scope-line', ['==', ['to-string', ['get', 'code']], this.scope], CHECKED)
    this.read(levelBelow(level))
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
    this.note() // who waits for the colours before sees that there are others
    this.noted = new Promise((resolve) => (this.note = resolve)).then(afterFrame)
    performance.clearMarks('wuye:coloured')
    this.map.off('render', this.drawn)
    this.map.on('render', this.drawn)
  }

  private readonly drawn = (): void => {
    if (!this.map.isSourceLoaded('divisions') && !this.covered()) return
    this.map.off('render', this.drawn)
    performance.mark('wuye:coloured')
    this.noteColoured()
    this.note()
  }

  /** Whether tiles that are there cover the view with the level's shapes, if not with the finest. */
  private covered(): boolean {
    const view = this.map.getBounds()
    const { held } = this
    return Boolean(
      held?.levels.has(this.level) &&
      held.bounds.contains(view.getSouthWest()) &&
      held.bounds.contains(view.getNorthEast()),
    )
  }

  private readonly hold = (): void => {
    const levels = COLOURED.filter(
      (level) =>
        this.map.getLayer(fillOf(level)) &&
        this.map.getLayoutProperty(fillOf(level), 'visibility') !== 'none' &&
        this.map.getZoom() >= DRAWN_FROM[level],
    )
    this.held = { levels: new Set(levels), bounds: this.map.getBounds() }
  }

  /** Say which division the outline is of; it is drawn anew with the colours, and not before. */
  outline(code: string): void {
    this.scope = code
  }

  /** Write names; `Names` says how. */
  async label(divisions: readonly Division[], rowOf: Map<string, CoverageRow>): Promise<void> {
    const own = (this.named = [divisions, rowOf])
    await this.ready
    await this.noted // the colours first
    await this.rest()
    if (this.named === own) this.names.write(divisions, rowOf)
  }

  /** Done when nobody asks for other colours any more; names, which take several frames, can wait. */
  private async rest(): Promise<void> {
    if (!this.names.written) return
    let seen
    do {
      seen = this.painted
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
    } while (seen !== this.painted)
  }

  async labelFromTiles(asked: Parameters<Names['writeFromTiles']>[0]): Promise<void> {
    await this.ready
    this.names.writeFromTiles(asked)
  }

  light(code: string): void {
    this.hover.show(code)
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
        over ? 'labels' : fillOf(COLOURED[0]!),
      )
    }
    this.strength = layers.length ? OVER_BASE : FULL
    if (this.level) this.reveal(this.level)
  }

  /** What is at a place: the compound before the division it lies in. */
  at(point: { x: number; y: number }): {
    compound: MapGeoJSONFeature | null
    division: MapGeoJSONFeature | null
  } {
    const fills = this.level ? [fillOf(this.level)] : []
    const layers = [...this.compoundLayers, ...fills].filter((id) => this.map.getLayer(id))
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
    const place = framed(this.map, box, { covered, maxZoom })
    if (!place) return
    this.map.easeTo({
      ...place,
      zoom: Math.max(place.zoom ?? 0, this.level ? DRAWN_FROM[this.level] + NEAR : 0),
      duration: calm.matches ? 0 : 420,
    })
  }

  /** Say the map's own words in another language. */
  speak(words: Record<string, string>): void {
    Object.assign(this.map._locale, words)
    this.map.getCanvas().setAttribute('aria-label', words['Map.Title'] ?? '')
    if (!this.scale) return
    this.map.removeControl(this.scale) // it reads its words when it is added or the map moves
    this.map.addControl(this.scale, 'bottom-right')
  }

  camera(): Camera {
    const { lng, lat } = this.map.getCenter()
    return { lon: lng, lat, zoom: this.map.getZoom() }
  }

  remove(): void {
    this.map.remove()
  }
}
