/**
 * One map: the drawing alone. It is told what to show and tells what is pointed at; it knows nothing
 * of panels or addresses, so that two of them can stand side by side.
 */
import {
  Map as MapLibre,
  ScaleControl,
  setWorkerUrl,
  type LngLatBoundsLike,
  type MapGeoJSONFeature,
  type VectorTileSource,
  type GeoJSONSource,
  type FilterSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { CoverageRow, Level } from '@/api/types'
import type { Division } from '@/state/divisions'
import type { Camera } from '@/state/view'
import { token } from '@/map/colours'
import { hasChinese, ownFaces } from '@/fonts'
import { SWITCHES, TILE_LAYERS, styleOf, tilesOf, type Switch } from '@/map/layers'
import { addPatterns } from '@/map/patterns'

setWorkerUrl(workerUrl)

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
const DIVISION = { source: 'divisions', sourceLayer: 'divisions' }

/** Communities in fewer words than their registered names, which the panels give in full. */
function short(name: string): string {
  return name
    .replace(/(社区|村)(居民委员会|居委会|村民委员会|村委会)$/, '$1')
    .replace(/(居民|村民)委员会$/, '')
}

export const calm = matchMedia('(prefers-reduced-motion: reduce)')

export class Atlas {
  readonly map: MapLibre
  /** Done when the style is there and layers can be told things. */
  readonly ready: Promise<void>
  private snapshot: string
  /** Layers of a page's own that are pressed for themselves, not for what lies below them. */
  readonly pressed = new Set<string>()
  private painted = new Set<string>()
  private lit = ''

  constructor(
    readonly container: HTMLElement,
    snapshot: string,
    options: {
      camera?: Camera | null
      box?: Box | null
      scale?: boolean
      words?: Record<string, string>
    } = {},
  ) {
    this.snapshot = snapshot
    const { camera, box } = options
    this.map = new MapLibre({
      container,
      style: styleOf(snapshot),
      ...(camera
        ? { center: [camera.lon, camera.lat], zoom: camera.zoom }
        : box
          ? { bounds: box as LngLatBoundsLike, fitBoundsOptions: { padding: PADDING } }
          : { center: [101.5, 24.9], zoom: 5.6 }),
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
      canvasContextAttributes: { antialias: true, preserveDrawingBuffer: false },
    })
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
      if (this.map.isStyleLoaded()) start()
      else this.map.once('style.load', start)
    })
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
    const filter: FilterSpecification = ['==', ['get', 'level'], level]
    for (const id of LEVELLED) this.map.setFilter(id, filter)
    const seen = new Set<string>()
    for (const row of rows) {
      if (!row.division) continue
      seen.add(row.division)
      const place = row.class
      this.map.setFeatureState(
        { ...DIVISION, id: row.division },
        {
          colour: place === null ? token('no-data') : colours[place],
          shown: 0.88,
          empty: place === null ? 1 : 0,
          unsure: place !== null && row.met === 'undetermined' ? 1 : 0,
        },
      )
    }
    for (const code of this.painted) {
      if (!seen.has(code))
        this.map.setFeatureState({ ...DIVISION, id: code }, { shown: 0, empty: 0, unsure: 0 })
    }
    this.painted = seen
  }

  /** Write names, the ones that matter most first where there is no room for all. */
  async label(divisions: readonly Division[], rowOf: Map<string, CoverageRow>): Promise<void> {
    await this.ready
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

  /** What is at a place: the compound before the division it lies in. */
  at(point: { x: number; y: number }): {
    compound: MapGeoJSONFeature | null
    division: MapGeoJSONFeature | null
  } {
    const layers = ['compounds-fill', 'compounds-place', 'divisions-fill'].filter((id) =>
      this.map.getLayer(id),
    )
    const found = this.map.queryRenderedFeatures([point.x, point.y], { layers })
    return {
      compound: found.find(({ source }) => source === 'compounds') ?? null,
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
