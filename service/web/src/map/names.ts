/** Names on the map, which carry figures: written, and taken away while they are of before. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  GeoJSONSource,
  Map as MapLibre,
} from 'maplibre-gl'
import type { CoverageRow, Level } from '@/api/types'
import type { Division } from '@/state/divisions'
import { CODE_LENGTHS, LEVELS } from '@/state/levels'
import { CHECKED, NAMED_FROM, NONE } from '@/map/layers'

const LAYERS = ['labels', 'tile-labels']

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

export class Names {
  private inTiles = false
  /** What is written is of before. */
  stale = false
  /** There are names on the map. */
  written = false

  constructor(private readonly map: MapLibre) {}

  /** Write names, the ones that matter most first where there is no room for all. */
  write(divisions: readonly Division[], rowOf: Map<string, CoverageRow>): void {
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
    this.stale = false
    this.written = true
    this.map.getSource<GeoJSONSource>('labels')?.setData({ type: 'FeatureCollection', features })
  }

  /** Name divisions out of the tiles, where there are more than a list holds; null names none so. */
  writeFromTiles(
    asked: { level: Level; scope: string; rowOf: Map<string, CoverageRow> } | null,
  ): void {
    this.inTiles = Boolean(asked)
    const near = asked && namesBelow(asked.level, asked.scope)
    this.map.setFilter('tile-labels', near ?? NONE, CHECKED)
    this.map.setFilter('far-labels', NONE, CHECKED)
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

  /** Take names away that carry figures of before; they come back with those of now. */
  hide(): void {
    if (!this.map.getLayer('labels')) return
    this.stale = true
    for (const id of LAYERS) this.map.setPaintProperty(id, 'text-opacity', 0, CHECKED)
    this.map.on('render', this.show)
  }

  private readonly show = (): void => {
    const sources = this.inTiles ? ['labels', 'divisions'] : ['labels']
    if (this.stale || !sources.every((id) => this.map.isSourceLoaded(id))) return
    this.map.off('render', this.show)
    for (const id of LAYERS) this.map.setPaintProperty(id, 'text-opacity', 1, CHECKED)
  }
}
