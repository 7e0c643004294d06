/** Divisions from vector tiles into a 2D canvas, for browsers without WebGL 2. */
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader as Pbf } from 'pbf'
import { token } from '@/map/colours'
import { tilesOf } from '@/map/layers'

export interface Plain {
  snapshot: string
  box: [number, number, number, number]
  level: string
  /** Fill of a division; null leaves it as ground, `hatched` is drawn over a fill. */
  colourOf: (code: string) => { fill: string; hatched: boolean } | null
}

const TILE = 256
const EDGE = 24

/** Web Mercator, 0 to 1 from the north-west. */
function mercator([lon, lat]: [number, number]): [number, number] {
  const y = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))
  return [lon / 360 + 0.5, 0.5 - y / (2 * Math.PI)]
}

export async function drawDivisions(canvas: HTMLCanvasElement, plain: Plain): Promise<void> {
  const [west, south, east, north] = plain.box
  const [left, top] = mercator([west, north])
  const [right, bottom] = mercator([east, south])
  const scale = Math.min(
    (canvas.width - 2 * EDGE) / (right - left),
    (canvas.height - 2 * EDGE) / (bottom - top),
  )
  const zoom = Math.max(3, Math.min(14, Math.ceil(Math.log2(scale / TILE / 2))))
  const count = 2 ** zoom
  const hatch = hatching(canvas.getContext('2d')!)
  const tiles: Promise<() => void>[] = []
  const pen = canvas.getContext('2d')!
  const x0 = (canvas.width - (right - left) * scale) / 2 - left * scale
  const y0 = (canvas.height - (bottom - top) * scale) / 2 - top * scale
  const most = count - 1
  const tile = (at: number): number => Math.max(0, Math.min(most, Math.floor((at * count) / scale)))
  for (let x = tile(-x0); x <= tile(canvas.width - x0); x++) {
    for (let y = tile(-y0); y <= tile(canvas.height - y0); y++) {
      const size = scale / count
      tiles.push(drawTile(pen, plain, hatch, zoom, x, y, x0 + x * size, y0 + y * size, size))
    }
  }
  const draws = await Promise.all(tiles)
  pen.fillStyle = '#edf0f0'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  for (const draw of draws) draw()
}

async function drawTile(
  pen: CanvasRenderingContext2D,
  plain: Plain,
  hatch: CanvasPattern,
  z: number,
  x: number,
  y: number,
  left: number,
  top: number,
  size: number,
): Promise<() => void> {
  const where = tilesOf(plain.snapshot, 'divisions')[0]!.replace('{z}/{x}/{y}', `${z}/${x}/${y}`)
  const response = await fetch(where)
  if (!response.ok || response.status === 204) return () => undefined
  const layer = new VectorTile(new Pbf(await response.arrayBuffer())).layers.divisions
  if (!layer) return () => undefined
  return () => {
    pen.save()
    pen.beginPath()
    pen.rect(left, top, size, size)
    pen.clip()
    for (let i = 0; i < layer.length; i++) {
      const feature = layer.feature(i)
      if (feature.properties.level !== plain.level) continue
      pen.beginPath()
      for (const ring of feature.loadGeometry()) {
        ring.forEach((point, at) => {
          const px = left + (point.x * size) / feature.extent
          const py = top + (point.y * size) / feature.extent
          if (at) pen.lineTo(px, py)
          else pen.moveTo(px, py)
        })
        pen.closePath()
      }
      const look = plain.colourOf(String(feature.properties.code))
      pen.fillStyle = look?.fill ?? '#faf8f4'
      pen.fill('evenodd')
      if (look?.hatched) {
        pen.fillStyle = hatch
        pen.fill('evenodd')
      }
      pen.strokeStyle = token('boundary')
      pen.lineWidth = 1.2
      pen.stroke()
    }
    pen.restore()
  }
}

function hatching(pen: CanvasRenderingContext2D): CanvasPattern {
  const tile = document.createElement('canvas')
  tile.width = tile.height = 16
  const own = tile.getContext('2d')!
  own.strokeStyle = 'rgba(31, 41, 51, 0.38)'
  own.lineWidth = 1.4
  for (const at of [-16, 0, 16]) {
    own.moveTo(at - 2, 18)
    own.lineTo(at + 18, -2)
  }
  own.stroke()
  return pen.createPattern(tile, 'repeat')!
}
