/** Where the camera stands so that a box is seen between legend, tools and drawer. */
import type { EaseToOptions, LngLatBoundsLike, Map as MapLibre } from 'maplibre-gl'

export type Box = [number, number, number, number]

/** Room for the legend's foot, the slider and the tools. */
export const PADDING =
  innerWidth < 820
    ? { top: 60, right: 24, bottom: 130, left: 24 }
    : { top: 40, right: 80, bottom: 84, left: 236 }

/** Give where to go to see a box, with so many pixels covered at the right; null where it can't be. */
export function framed(
  map: MapLibre,
  box: Box,
  { covered, maxZoom }: { covered: number; maxZoom: number },
): EaseToOptions | null {
  const { top, right, bottom, left } = PADDING
  const aside = right + covered
  // The map's own uneven padding is off where `maxZoom` holds; an offset is not.
  const fit = map.cameraForBounds(box as LngLatBoundsLike, {
    padding: {
      top: (top + bottom) / 2,
      bottom: (top + bottom) / 2,
      left: (left + aside) / 2,
      right: (left + aside) / 2,
    },
    maxZoom,
  })
  return fit ? { ...fit, offset: [(left - aside) / 2, (top - bottom) / 2] } : null
}
