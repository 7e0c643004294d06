/**
 * The outline of the division that is pointed at, on a canvas of its own above the map: the map is
 * not drawn anew for it, which costs a slow machine more than everything else about pointing.
 */
import type { Map as MapLibre } from 'maplibre-gl'
import { token } from '@/map/colours'
import { afterFrame } from '@/map/frames'

const WIDTH_PX = 2.6
/** Where Mercator's square ends. */
const NORTH = 85.0511287798066

/** What a tile holds of a division, in the tile's own units, and where the tile lies (0 to 1). */
interface Piece {
  path: Path2D
  extent: number
  x: number
  y: number
  size: number
  /** The least and the greatest of its coordinates. */
  box: [number, number, number, number]
}

export class HoverLine {
  private readonly canvas = document.createElement('canvas')
  private pieces: Piece[] = []
  private code = ''

  constructor(private readonly map: MapLibre) {
    this.canvas.className = 'hover-line'
    this.canvas.setAttribute('aria-hidden', 'true')
    Object.assign(this.canvas.style, {
      position: 'absolute',
      top: '0',
      left: '0',
      pointerEvents: 'none',
    })
    map.getCanvasContainer().append(this.canvas)
    map.on('move', () => this.draw())
    map.on('resize', () => this.draw())
    map.on('moveend', () => void this.lookAgain())
  }

  /** Draw the outline of a division; an empty code draws none. */
  show(code: string): void {
    if (code === this.code) return
    this.code = code
    this.look()
  }

  /** Where the map has come to rest other tiles are drawn: an outline of those, once they are. */
  private async lookAgain(): Promise<void> {
    if (!this.code) return
    await afterFrame()
    this.look()
  }

  /** Take the outline from the tiles that are drawn. */
  private look(): void {
    this.pieces = this.code && this.map.getSource('divisions') ? this.found(Number(this.code)) : []
    this.draw()
  }

  private found(code: number): Piece[] {
    const features = this.map.querySourceFeatures('divisions', {
      sourceLayer: 'divisions',
      filter: ['==', ['get', 'code'], code],
      validate: false,
    })
    return features.map(({ _vectorTileFeature: shape, _x, _y, _z }) => {
      const path = new Path2D()
      const box: Piece['box'] = [Infinity, Infinity, -Infinity, -Infinity]
      for (const ring of shape.loadGeometry()) {
        ring.forEach(({ x, y }, at) => {
          if (at) path.lineTo(x, y)
          else path.moveTo(x, y)
          box[0] = Math.min(box[0], x)
          box[1] = Math.min(box[1], y)
          box[2] = Math.max(box[2], x)
          box[3] = Math.max(box[3], y)
        })
        path.closePath()
      }
      const size = 1 / 2 ** _z
      return { path, box, extent: shape.extent, x: _x * size, y: _y * size, size }
    })
  }

  private draw(): void {
    this.canvas.hidden = !this.pieces.length
    if (!this.pieces.length) return
    // Neither turned nor tilted, the map is Mercator's square, moved and made larger.
    const world = 512 * 2 ** this.map.getZoom()
    const corner = this.map.project([-180, NORTH])
    const placed = this.pieces.map(({ path, extent, x, y, size, box }) => {
      const scale = (world * size) / extent
      const [left, top] = [corner.x + x * world, corner.y + y * world]
      const at = (from: number, place: number): number => from + place * scale
      const bounds = [at(left, box[0]), at(top, box[1]), at(left, box[2]), at(top, box[3])] as const
      return { path, extent, scale, left, top, bounds }
    })
    // As the map knows its size: asking the page would have it laid out here and now.
    const canvas = this.map.getCanvas()
    const [fullWidth, fullHeight] = [canvas.width, canvas.height].map(
      (pixels) => pixels / this.map.getPixelRatio(),
    ) as [number, number]
    const all = placed.map(({ bounds }) => bounds)
    const west = Math.floor(Math.max(0, Math.min(...all.map((one) => one[0])) - WIDTH_PX))
    const north = Math.floor(Math.max(0, Math.min(...all.map((one) => one[1])) - WIDTH_PX))
    const east = Math.min(fullWidth, Math.max(...all.map((one) => one[2])) + WIDTH_PX)
    const south = Math.min(fullHeight, Math.max(...all.map((one) => one[3])) + WIDTH_PX)
    if ((this.canvas.hidden = east <= west || south <= north)) return
    const ratio = devicePixelRatio
    this.canvas.width = Math.ceil((east - west) * ratio) // which wipes it
    this.canvas.height = Math.ceil((south - north) * ratio)
    Object.assign(this.canvas.style, {
      width: `${this.canvas.width / ratio}px`,
      height: `${this.canvas.height / ratio}px`,
      transform: `translate(${west}px, ${north}px)`,
    })
    const pen = this.canvas.getContext('2d', { willReadFrequently: true })! // few strokes: no GPU
    pen.strokeStyle = token('highlight')
    pen.lineJoin = 'round'
    for (const { path, extent, scale, left, top } of placed) {
      pen.setTransform(
        scale * ratio,
        0,
        0,
        scale * ratio,
        (left - west) * ratio,
        (top - north) * ratio,
      )
      pen.save()
      // A tile holds a little more than its square, and closes shapes out there.
      pen.beginPath()
      pen.rect(0, 0, extent, extent)
      pen.clip()
      pen.lineWidth = WIDTH_PX / scale
      pen.stroke(path)
      pen.restore()
    }
  }
}
