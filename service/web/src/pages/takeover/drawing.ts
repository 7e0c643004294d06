/** The plan on the map: a line from host to compound, a dot the size of what it brings. */
import type { FeatureCollection } from 'geojson'
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import type { Atlas } from '@/map/atlas'
import type { Box } from '@/map/framing'
import { token } from '@/map/colours'
import type { Lines } from '@/pages/takeover/types'

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] }
const LAYERS = ['plan-ring', 'plan-casing', 'plan-line', 'plan-host', 'plan-dot'] as const
const PRESSED = ['plan-dot', 'plan-line'] as const
const SOURCES = ['plan-lines', 'plan-dots', 'plan-hosts'] as const

const pointed: ExpressionSpecification = ['boolean', ['feature-state', 'pointed'], false]

/** Area is drawn as area: radius and width go with its root, 10 m² to 100,000 m². */
const size = (least: number, most: number): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['sqrt', ['get', 'floor_area_m2']],
  30,
  least,
  330,
  most,
]

function add(atlas: Atlas, map: MapLibre): void {
  if (map.getSource('plan-lines')) return
  for (const id of SOURCES) {
    map.addSource(id, { type: 'geojson', data: NOTHING, promoteId: 'compound' })
  }
  for (const id of PRESSED) atlas.pressed.add(id)
  const under = map.getLayer('labels') ? 'labels' : undefined
  const ink = token('suggestion')
  const casing = token('suggestion-casing')
  map.addLayer(
    {
      id: 'plan-ring',
      type: 'line',
      source: 'compounds',
      'source-layer': 'compounds',
      minzoom: 12,
      filter: ['in', ['get', 'code'], ['literal', []]],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': ink, 'line-width': 2.4 },
    },
    under,
  )
  map.addLayer(
    {
      id: 'plan-casing',
      type: 'line',
      source: 'plan-lines',
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': casing, 'line-width': ['+', size(2, 9), 3] },
    },
    under,
  )
  map.addLayer(
    {
      id: 'plan-line',
      type: 'line',
      source: 'plan-lines',
      layout: { 'line-cap': 'round' },
      paint: {
        'line-color': ['case', pointed, token('accent'), ink],
        'line-width': size(2, 9),
      },
    },
    under,
  )
  map.addLayer(
    {
      id: 'plan-host',
      type: 'circle',
      source: 'plan-hosts',
      minzoom: 13,
      paint: {
        'circle-radius': 4.5,
        'circle-color': casing,
        'circle-stroke-color': ink,
        'circle-stroke-width': 2,
      },
    },
    under,
  )
  map.addLayer(
    {
      id: 'plan-dot',
      type: 'circle',
      source: 'plan-dots',
      paint: {
        'circle-radius': size(4, 12),
        'circle-color': ['case', pointed, token('accent'), ink],
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.86, 15, 0.55],
        'circle-stroke-color': casing,
        'circle-stroke-width': ['case', pointed, 2.6, 1.2],
      },
    },
    under,
  )
}

/** Draw a plan's lines; null takes them away. */
export async function drawPlan(atlas: Atlas, lines: Lines | null): Promise<void> {
  await atlas.ready
  const { map } = atlas
  add(atlas, map)
  const features = lines?.features ?? []
  const ends = (at: number): FeatureCollection => ({
    type: 'FeatureCollection',
    features: features.map(({ geometry, properties }) => ({
      type: 'Feature',
      properties,
      geometry: { type: 'Point', coordinates: geometry.coordinates.at(at)! },
    })),
  })
  map.getSource<GeoJSONSource>('plan-lines')?.setData(lines ?? NOTHING)
  map.getSource<GeoJSONSource>('plan-hosts')?.setData(ends(0))
  map.getSource<GeoJSONSource>('plan-dots')?.setData(ends(-1))
  const codes = features.map(({ properties }) => properties.compound)
  map.setFilter('plan-ring', ['in', ['get', 'code'], ['literal', codes]])
}

/** Light one suggestion. */
export async function lightSuggestion(
  atlas: Atlas,
  compound: string,
  before: string,
): Promise<void> {
  await atlas.ready
  const { map } = atlas
  for (const source of ['plan-lines', 'plan-dots']) {
    if (!map.getSource(source)) return
    if (before) map.setFeatureState({ source, id: before }, { pointed: false })
    if (compound) map.setFeatureState({ source, id: compound }, { pointed: true })
  }
}

/** Tell which suggestion is under the pointer, and which is pressed; give how to stop. */
export function listen(
  { map }: Atlas,
  point: (compound: string) => void,
  press: (compound: string) => void,
): () => void {
  const at = (event: { point: { x: number; y: number } }): string => {
    const layers = PRESSED.filter((id) => map.getLayer(id))
    if (!layers.length) return ''
    const { x, y } = event.point
    const found = map.queryRenderedFeatures([x, y], { layers })
    return found[0] ? String(found[0].properties.compound) : ''
  }
  const move = (event: { point: { x: number; y: number } }): void => {
    const code = at(event)
    point(code)
    if (code) map.getCanvas().style.cursor = 'pointer'
  }
  const click = (event: { point: { x: number; y: number } }): void => {
    const code = at(event)
    if (code) press(code)
  }
  map.on('mousemove', move)
  map.on('click', click)
  return () => {
    map.off('mousemove', move)
    map.off('click', click)
  }
}

/** Take all of it off the map. */
export function clearPlan({ map, pressed: taken }: Atlas): void {
  for (const id of PRESSED) taken.delete(id)
  for (const id of LAYERS) if (map.getLayer(id)) map.removeLayer(id)
  for (const id of SOURCES) if (map.getSource(id)) map.removeSource(id)
}

/** A box around both ends of a suggestion, with some of what is beside it. */
export function boxOf([x1, y1, x2, y2]: [number, number, number, number]): Box {
  const side = 0.0016
  return [
    Math.min(x1, x2) - side,
    Math.min(y1, y2) - side,
    Math.max(x1, x2) + side,
    Math.max(y1, y2) + side,
  ]
}

/** A box around all of a plan's lines; null where there are none. */
export function boxAround(lines: Lines): Box | null {
  const ends = lines.features.flatMap(({ geometry }) => geometry.coordinates)
  if (!ends.length) return null
  const xs = ends.map(([x]) => x!)
  const ys = ends.map(([, y]) => y!)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}
