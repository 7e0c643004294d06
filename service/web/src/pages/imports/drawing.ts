/** Rows of a file, or the two sides of a match, on the map. */
import type { Feature, FeatureCollection } from 'geojson'
import type { ExpressionSpecification, GeoJSONSource } from 'maplibre-gl'
import type { Atlas } from '@/map/atlas'
import type { Box } from '@/map/framing'
import { token } from '@/map/colours'
import type { Match, RowsMap } from '@/pages/imports/types'

const SOURCE = 'import-shapes'
const LAYERS = ['import-fill', 'import-line', 'import-point'] as const
const ROLES = ['quarantined', 'warned', 'skipped', 'loaded', 'unchanged'] as const

const byRole = (part: 'fill' | 'line'): ExpressionSpecification =>
  [
    'match',
    ['get', 'role'],
    ...ROLES.flatMap((name) => [name, token(`${name}-${part}`)]),
    token(`overlap-${part}`),
  ] as unknown as ExpressionSpecification

const lit: ExpressionSpecification = ['boolean', ['feature-state', 'lit'], false]

async function draw(atlas: Atlas, features: Feature[]): Promise<void> {
  await atlas.ready
  const { map } = atlas
  const data: FeatureCollection = { type: 'FeatureCollection', features }
  const source = map.getSource<GeoJSONSource>(SOURCE)
  if (source) {
    source.setData(data)
    return
  }
  map.addSource(SOURCE, { type: 'geojson', data, promoteId: 'id' })
  const under = map.getLayer('labels') ? 'labels' : undefined
  const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon']
  map.addLayer(
    {
      id: 'import-fill',
      type: 'fill',
      source: SOURCE,
      filter: isArea,
      paint: { 'fill-color': byRole('fill'), 'fill-opacity': ['case', lit, 0.9, 0.6] },
    },
    under,
  )
  map.addLayer(
    {
      id: 'import-line',
      type: 'line',
      source: SOURCE,
      paint: { 'line-color': byRole('line'), 'line-width': ['case', lit, 4, 1.6] },
    },
    under,
  )
  map.addLayer(
    {
      id: 'import-point',
      type: 'circle',
      source: SOURCE,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', lit, 9, 5],
        'circle-color': byRole('fill'),
        'circle-stroke-color': byRole('line'),
        'circle-stroke-width': ['case', lit, 3, 1.5],
      },
    },
    under,
  )
  for (const id of LAYERS) atlas.pressed.add(id)
}

export function drawRows(atlas: Atlas, rows: RowsMap): Promise<void> {
  const features = rows.features.map((feature) => ({
    ...feature,
    properties: {
      ...feature.properties,
      id: feature.properties.position,
      role: feature.properties.verdict,
    },
  }))
  return draw(atlas, features)
}

/** The row or polygon in one colour, what it may be in another. */
export function drawMatch(atlas: Atlas, match: Match, candidate: number): Promise<void> {
  const of = (side: Match['side'], id: string, role: string): Feature[] => {
    const geometry = side.shape ?? (side.point && { type: 'Point', coordinates: side.point })
    return geometry
      ? [{ type: 'Feature', geometry: geometry as Feature['geometry'], properties: { id, role } }]
      : []
  }
  const other = match.candidates[candidate]
  return draw(atlas, [
    ...(other ? of(other, 'candidate', 'loaded') : []),
    ...of(match.side, 'side', 'overlap'),
  ])
}

let before: string | number | null = null

export async function light(atlas: Atlas, id: string | number | null): Promise<void> {
  await atlas.ready
  if (!atlas.map.getSource(SOURCE)) return
  if (before !== null) atlas.map.setFeatureState({ source: SOURCE, id: before }, { lit: false })
  if (id !== null) atlas.map.setFeatureState({ source: SOURCE, id }, { lit: true })
  before = id
}

/** Tell which row is pressed; give how to stop. */
export function listen({ map }: Atlas, press: (position: number) => void): () => void {
  const click = ({ point }: { point: { x: number; y: number } }): void => {
    const layers = LAYERS.filter((id) => map.getLayer(id))
    if (!layers.length) return
    const [found] = map.queryRenderedFeatures([point.x, point.y], { layers })
    if (found?.properties.position !== undefined) press(Number(found.properties.position))
  }
  map.on('click', click)
  return () => map.off('click', click)
}

export function clear(atlas: Atlas): void {
  for (const id of LAYERS) {
    atlas.pressed.delete(id)
    if (atlas.map.getLayer(id)) atlas.map.removeLayer(id)
  }
  if (atlas.map.getSource(SOURCE)) atlas.map.removeSource(SOURCE)
  before = null
}

/** A box around shapes, with some of what is beside them; null around none. */
export function boxAround(shapes: (Feature['geometry'] | null | undefined)[]): Box | null {
  let box: Box | null = null
  const take = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return
    const [x, y] = coordinates as unknown[]
    if (typeof x === 'number' && typeof y === 'number') {
      box = box
        ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)]
        : [x, y, x, y]
    } else coordinates.forEach(take)
  }
  for (const shape of shapes) if (shape && 'coordinates' in shape) take(shape.coordinates)
  if (!box) return null
  const [x1, y1, x2, y2] = box as Box
  const side = 0.0012
  return [x1 - side, y1 - side, x2 + side, y2 + side]
}
