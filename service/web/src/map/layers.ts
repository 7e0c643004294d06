/** The layers of the map, bottom first, and where their tiles are. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
  SymbolLayerSpecification,
  VectorSourceSpecification,
} from 'maplibre-gl'
import type { Level } from '@/api/types'
import { token } from '@/map/colours'

/** What we tell the map is right once it was tried; to be checked each time costs a style written out. */
export const CHECKED = { validate: import.meta.env.DEV }

export const STATES = ['professional', 'trusteeship', 'self', 'none', 'unknown'] as const
export const TILE_LAYERS = [
  'divisions',
  'roads',
  'barriers',
  'areas',
  'compounds',
  'gates',
] as const
export type TileLayer = (typeof TILE_LAYERS)[number]

const ZOOMS: Record<TileLayer, [number, number]> = {
  divisions: [3, 14],
  roads: [12, 16],
  barriers: [6, 16],
  areas: [11, 16],
  compounds: [10, 16],
  gates: [15, 16],
}

/** Layers that a reader can switch off, by the name of the switch. */
export const SWITCHES = {
  compounds: ['compounds-fill', 'compounds-pattern', 'compounds-line', 'compounds-place'],
  areas: ['areas-line'],
  barriers: ['ways', 'water', 'rivers', 'roads', 'rails', 'gates'],
  labels: ['labels', 'far-labels', 'tile-labels', 'compound-labels'],
} as const
export type Switch = keyof typeof SWITCHES

export function tilesOf(snapshot: string, layer: string): string[] {
  return [`${location.origin}/tiles/${snapshot}/${layer}/{z}/{x}/{y}`]
}

function tileSource(snapshot: string, layer: TileLayer): VectorSourceSpecification {
  const [minzoom, maxzoom] = ZOOMS[layer]
  return { type: 'vector', tiles: tilesOf(snapshot, layer), minzoom, maxzoom, promoteId: 'code' }
}

/** The map in its first frame: the divisions of a level, and nothing that is not needed for them. */
export function firstStyle(snapshot: string, level: Level): StyleSpecification {
  const first = new Set(['ground', 'land', fillOf(level), lineOf(level)])
  return {
    version: 8,
    sources: { divisions: tileSource(snapshot, 'divisions') },
    layers: layers(level).filter(({ id }) => first.has(id)),
    transition: { duration: 120, delay: 0 },
  }
}

/** Everything else, each layer with the one it lies below. */
export function rest(
  snapshot: string,
  there: (id: string) => boolean,
): { sources: StyleSpecification['sources']; layers: [LayerSpecification, string | undefined][] } {
  const sources: StyleSpecification['sources'] = {
    labels: {
      type: 'geojson',
      data: { type: 'FeatureCollection', features: [] },
      promoteId: 'code',
    },
  }
  for (const layer of TILE_LAYERS) {
    if (layer !== 'divisions') sources[layer] = tileSource(snapshot, layer)
  }
  const all = layers()
  const missing = all.flatMap((layer, at): [LayerSpecification, string | undefined][] =>
    there(layer.id) ? [] : [[layer, all.slice(at + 1).find(({ id }) => there(id))?.id]],
  )
  return { sources, layers: missing }
}

const state = (name: string, otherwise: string | number): ExpressionSpecification => [
  'coalesce',
  ['feature-state', name],
  otherwise,
]

export const byState = (part: 'fill' | 'line'): ExpressionSpecification =>
  [
    'match',
    ['get', 'state'],
    ...STATES.flatMap((name) => [name, token(`${name}-${part}`)]),
    token(`unknown-${part}`),
  ] as unknown as ExpressionSpecification

/** Divisions give way as compounds come into sight. */
const fading = (from: ExpressionSpecification | number, to: number): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], 11.5, from, 13.5, to] as ExpressionSpecification

/** The levels that have figures, each with layers of its own: going from one to the next then reads
 *  no tile anew, as one layer with another filter would. */
export const COLOURED: readonly Level[] = ['prefecture', 'county', 'street', 'community']
export const fillOf = (level: Level): string => `divisions-fill-${level}`
export const lineOf = (level: Level): string => `divisions-line-${level}`

/** How strong the divisions' colours are; weaker over a base map. A layer at 0 is not drawn. */
export const fillOpacity = (strength: number): ExpressionSpecification => fading(strength, 0.12)
export const LINE_OPACITY = 0.65

/** Of a division that is not shown. */
export const NO_COLOUR = 'rgba(0,0,0,0)'

const isShape: ExpressionSpecification = ['!=', ['get', 'placeholder'], 1]

function divisions(id: string, part: object): LayerSpecification {
  return { id, source: 'divisions', 'source-layer': 'divisions', ...part } as LayerSpecification
}

function compounds(id: string, part: object): LayerSpecification {
  return {
    id,
    source: 'compounds',
    'source-layer': 'compounds',
    minzoom: 10.5,
    ...part,
  } as LayerSpecification
}

function barriers(id: string, kinds: string[], shape: string, part: object): LayerSpecification {
  return {
    id,
    source: 'barriers',
    'source-layer': 'barriers',
    filter: ['all', ['in', ['get', 'kind'], ['literal', kinds]], ['==', ['geometry-type'], shape]],
    ...part,
  } as unknown as LayerSpecification
}

const width = (...stops: number[]): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], ...stops] as unknown as ExpressionSpecification

const NAMES: SymbolLayerSpecification['layout'] = {
  'text-font': ['sans-serif'],
  'text-size': width(5, 11.5, 8, 13, 12, 14),
  'text-max-width': 9,
  'text-line-height': 1.25,
  'text-padding': 3,
  'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'],
  'text-justify': 'center',
}

const INK: SymbolLayerSpecification['paint'] = {
  'text-color': token('ink'),
  'text-halo-color': 'rgba(255,255,255,0.92)',
  'text-halo-width': 1.6,
  'text-opacity-transition': { duration: 0, delay: 0 },
}

/** Matches no division. */
export const NONE: FilterSpecification = ['==', ['get', 'code'], -1]

/** Names as the tiles carry them, for more divisions than are worth a list. */
function tileLabels(id: string, paint: SymbolLayerSpecification['paint']): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source: 'divisions',
    'source-layer': 'division_labels',
    filter: NONE,
    layout: { ...NAMES, 'text-field': ['get', 'name'] },
    paint,
  }
}

/** From which zoom the tiles name the divisions of a level. */
export const NAMED_FROM: Record<Level, number> = {
  province: 3,
  prefecture: 4,
  county: 6,
  street: 10,
  community: 12,
}

function layers(seen: Level | '' = ''): LayerSpecification[] {
  const visibility = (level: Level): 'visible' | 'none' => (level === seen ? 'visible' : 'none')
  const boundary = token('boundary')
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': '#edf0f0' } },
    divisions('land', {
      type: 'fill',
      filter: ['==', ['get', 'level'], 'prefecture'],
      paint: { 'fill-color': '#faf8f4', 'fill-antialias': false },
    }),
    ...COLOURED.map((level) =>
      divisions(fillOf(level), {
        type: 'fill',
        layout: { visibility: visibility(level) },
        filter: ['==', ['get', 'level'], level],
        paint: {
          'fill-antialias': false, // edges lie below the lines
          'fill-color': ['to-color', state('colour', NO_COLOUR), NO_COLOUR],
          'fill-opacity': 0,
          'fill-opacity-transition': { duration: 0, delay: 0 },
        },
      }),
    ),
    divisions('divisions-hatch', {
      type: 'fill',
      layout: { visibility: 'none' },
      filter: ['==', ['get', 'level'], 'prefecture'],
      paint: { 'fill-pattern': 'hatch', 'fill-opacity': fading(state('empty', 0), 0) },
    }),
    divisions('divisions-unsure', {
      type: 'fill',
      layout: { visibility: 'none' },
      filter: ['==', ['get', 'level'], 'prefecture'],
      paint: { 'fill-pattern': 'hatch-soft', 'fill-opacity': fading(state('unsure', 0), 0) },
    }),
    {
      id: 'ways',
      type: 'line',
      source: 'roads',
      'source-layer': 'roads',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': '#d8d3c8', 'line-width': width(12, 0.4, 14, 1.1, 16, 3.3) },
    },
    barriers('water', ['河流'], 'Polygon', { type: 'fill', paint: { 'fill-color': '#bcd4df' } }),
    barriers('rivers', ['河流'], 'LineString', {
      type: 'line',
      minzoom: 7,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': '#8fb4c9',
        'line-width': width(7, 0.5, 10, 1.1, 14, 3.2),
        'line-opacity': width(7, 0.5, 10, 0.9),
      },
    }),
    barriers('roads', ['高速路', '主干道'], 'LineString', {
      type: 'line',
      minzoom: 10,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['match', ['get', 'kind'], '高速路', '#c9ab7c', '#d3cfc5'],
        'line-width': width(10, 0.6, 13, 1.8, 16, 5),
      },
    }),
    barriers('rails', ['铁路'], 'LineString', {
      type: 'line',
      minzoom: 10,
      paint: {
        'line-color': '#7d828a',
        'line-width': width(10, 0.7, 14, 1.6),
        'line-dasharray': [5, 3],
      },
    }),
    ...COLOURED.map((level) =>
      divisions(lineOf(level), {
        type: 'line',
        layout: { 'line-join': 'round', visibility: visibility(level) },
        filter: ['==', ['get', 'level'], level],
        paint: {
          'line-color': boundary,
          'line-width': width(5, 0.5, 9, 0.8, 13, 1.4),
          'line-opacity': 0,
          'line-opacity-transition': { duration: 0, delay: 0 },
        },
      }),
    ),
    divisions('scope-line', {
      type: 'line',
      filter: ['==', ['get', 'code'], ''],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': token('ink'),
        'line-width': width(5, 1.2, 12, 2.4),
        'line-opacity': 0.8,
      },
    }),
    {
      id: 'areas-line',
      type: 'line',
      source: 'areas',
      'source-layer': 'areas',
      minzoom: 12,
      paint: {
        'line-color': token('accent'),
        'line-width': 1,
        'line-dasharray': [3, 2],
        'line-opacity': 0.7,
      },
    },
    compounds('compounds-fill', {
      type: 'fill',
      filter: isShape,
      paint: { 'fill-color': byState('fill'), 'fill-opacity': width(10.5, 0.55, 12, 0.92) },
    }),
    compounds('compounds-pattern', {
      type: 'fill',
      minzoom: 12,
      filter: [
        'all',
        isShape,
        ['in', ['get', 'state'], ['literal', ['trusteeship', 'self', 'unknown']]],
      ],
      paint: {
        'fill-pattern': [
          'match',
          ['get', 'state'],
          'trusteeship',
          'lines',
          'self',
          'dots',
          'unknown',
        ],
        'fill-opacity': 0.8,
      },
    }),
    compounds('compounds-line', {
      type: 'line',
      filter: isShape,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': byState('line'),
        'line-width': [
          'interpolate',
          ['linear'],
          ['zoom'],
          11,
          ['case', ['==', ['get', 'old'], 1], 0.8, 0.3],
          15,
          ['case', ['==', ['get', 'old'], 1], 2.6, 0.9],
        ],
      },
    }),
    compounds('compounds-place', {
      type: 'circle',
      minzoom: 12,
      filter: ['==', ['get', 'placeholder'], 1],
      paint: {
        'circle-radius': 5,
        'circle-color': byState('fill'),
        'circle-opacity': 0.45,
        'circle-stroke-color': byState('line'),
        'circle-stroke-width': 1.5,
      },
    }),
    {
      id: 'gates',
      type: 'circle',
      source: 'gates',
      'source-layer': 'gates',
      paint: {
        'circle-radius': 3,
        'circle-color': '#ffffff',
        'circle-stroke-color': '#3f6f8a',
        'circle-stroke-width': 1.5,
      },
    },
    compounds('compound-chosen', {
      type: 'line',
      filter: ['==', ['get', 'code'], ''],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': token('highlight'), 'line-width': width(11, 2, 15, 4) },
    }),
    {
      id: 'labels',
      type: 'symbol',
      source: 'labels',
      layout: {
        ...NAMES,
        'text-field': [
          'format',
          ['get', 'name'],
          {},
          ['case', ['==', ['get', 'share'], ''], '', '\n'],
          {},
          ['get', 'share'],
          { 'font-scale': 0.92 },
        ],
        'symbol-sort-key': ['get', 'order'],
      },
      paint: INK,
    },
    tileLabels('far-labels', { ...INK, 'text-color': token('muted') }),
    tileLabels('tile-labels', INK),
    {
      id: 'compound-labels',
      source: 'compounds',
      'source-layer': 'compound_labels',
      type: 'symbol',
      minzoom: 14.5,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['sans-serif'],
        'text-size': 12,
        'text-max-width': 8,
        'text-padding': 2,
      },
      paint: { ...INK, 'text-halo-width': 1.4 },
    },
  ]
}
