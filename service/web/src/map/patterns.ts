/** Patterns that say what colour alone must not: drawn once, in the colours of the tokens. */
import type { Map as MapLibre } from 'maplibre-gl'
import { token } from '@/map/colours'

const SIZE = 16
const RATIO = 2

type Draw = (pen: CanvasRenderingContext2D) => void

export function addPatterns(map: MapLibre): void {
  add(map, 'hatch', lines(token('no-data-line'), 1.6))
  add(map, 'hatch-soft', lines('rgba(31, 41, 51, 0.38)', 1.3))
  add(map, 'unknown', lines(token('unknown-line'), 1.8))
  add(map, 'lines', (pen) => {
    pen.fillStyle = token('trusteeship-line')
    pen.fillRect(0, 3, SIZE, 1.6)
    pen.fillRect(0, 11, SIZE, 1.6)
  })
  add(map, 'dots', (pen) => {
    pen.fillStyle = token('self-line')
    for (const [x, y] of [
      [4, 4],
      [12, 12],
    ] as const) {
      pen.beginPath()
      pen.arc(x, y, 1.9, 0, 2 * Math.PI)
      pen.fill()
    }
  })
}

function lines(colour: string, width: number): Draw {
  return (pen) => {
    pen.strokeStyle = colour
    pen.lineWidth = width
    pen.beginPath()
    for (const at of [-SIZE, 0, SIZE]) {
      pen.moveTo(at - 2, SIZE + 2)
      pen.lineTo(at + SIZE + 2, -2)
    }
    pen.stroke()
  }
}

function add(map: MapLibre, name: string, draw: Draw): void {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE
  const pen = canvas.getContext('2d', { willReadFrequently: true })! // else read back from the GPU
  draw(pen)
  map.addImage(name, pen.getImageData(0, 0, SIZE, SIZE), { pixelRatio: RATIO })
}
