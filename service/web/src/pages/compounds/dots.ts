/** The compounds of the list as dots, as long as their shapes are too small to be seen. */
import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource } from 'maplibre-gl'
import type { CompoundPlaces } from '@/api/compounds'
import type { Atlas } from '@/map/atlas'
import { token } from '@/map/colours'
import { byState } from '@/map/layers'
import { dotted } from '@/map/look'

const ID = 'list-dots'
/** Shapes come into sight, and dots go. */
const GOING = { from: 11.5, gone: 12.5 }

function add({ map, compoundLayers }: Atlas, data: FeatureCollection): void {
  map.addSource(ID, { type: 'geojson', data, buffer: 8 })
  map.addLayer(
    {
      id: ID,
      type: 'circle',
      source: ID,
      maxzoom: GOING.gone,
      // What is to be found lies on what is well.
      layout: { 'circle-sort-key': ['match', ['get', 'state'], 'professional', 0, 'none', 2, 1] },
      paint: {
        'circle-radius': [
          'interpolate',
          ['linear'],
          ['zoom'],
          6,
          ['case', ['get', 'old'], 2.6, 2],
          9,
          ['case', ['get', 'old'], 4.2, 3.2],
          12,
          ['case', ['get', 'old'], 6.5, 5],
        ],
        'circle-color': byState('fill'),
        'circle-opacity': ['case', ['get', 'placeholder'], 0.35, 1],
        'circle-stroke-color': [
          'case',
          ['get', 'placeholder'],
          byState('line'),
          token('suggestion-casing'),
        ],
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 6, 0.5, 9, 1.2],
        'circle-stroke-opacity': [
          'interpolate',
          ['linear'],
          ['zoom'],
          GOING.from,
          1,
          GOING.gone,
          0,
        ],
      },
    },
    map.getLayer('labels') ? 'labels' : undefined,
  )
  compoundLayers.add(ID)
}

function collection(places: CompoundPlaces): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: places.codes.map((code, i) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [places.lons[i]!, places.lats[i]!] },
      properties: {
        code,
        name: places.names[i] ?? code,
        state: places.states[i],
        old: places.old[i],
        placeholder: places.placeholders[i],
      },
    })),
  }
}

/** Draw the compounds that there are; null takes them off the map. */
export async function drawDots(atlas: Atlas, places: CompoundPlaces | null): Promise<void> {
  dotted.value = Boolean(places?.codes.length)
  await atlas.ready
  const { map } = atlas
  if (places) {
    const source = map.getSource<GeoJSONSource>(ID)
    if (source) source.setData(collection(places))
    else add(atlas, collection(places))
  } else if (map.getSource(ID)) {
    atlas.compoundLayers.delete(ID)
    map.removeLayer(ID)
    map.removeSource(ID)
  }
}
