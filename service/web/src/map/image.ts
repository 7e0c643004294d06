/** The map as a picture that stands alone: title, legend, date, definition, source, and its marks. */
import { definitionText, targetNote } from '@/state/choices'
import { atlas, atlasBeside, coveredRight, cut } from '@/map/look'
import type { Atlas } from '@/map/atlas'
import { token } from '@/map/colours'
import { baseCredit, baseReview } from '@/state/base'
import { classes, definitions, indicator } from '@/state/definitions'
import { divisionName } from '@/state/divisions'
import { coverage, coverageBeside, shownLevel } from '@/state/figures'
import { i18n, say } from '@/words'

const FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
const HEAD = 86
const FOOT = 46
const EDGE = 24

type Pen = CanvasRenderingContext2D

/** Save what the map shows as a PNG at the screen's own resolution, twice that at least. */
export async function saveImage(): Promise<void> {
  const canvas = await drawPicture()
  if (!canvas) return
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) return
  const found = coverage.value!
  const marks = found.made_up ? `${i18n.global.t('frame.madeUp')}_` : ''
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  const past = coverageBeside.value
  const parts = [
    divisionName.value,
    found.indicator,
    found.definition.id,
    found.as_of,
    past && i18n.global.t('frame.imageBeside', { date: past.as_of }),
    found.snapshot.slice(0, 8),
  ]
  link.download = `${marks}${parts.filter(Boolean).join('_')}.png`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

export async function drawPicture(): Promise<HTMLCanvasElement | null> {
  const found = coverage.value
  const map = atlas.value?.map
  if (!found || !map) return null
  const shot = await snap(atlas.value!)
  const ratio = shot.width / map.getContainer().clientWidth
  const width = shot.width / ratio
  const height = shot.height / ratio
  const canvas = document.createElement('canvas')
  canvas.width = shot.width
  canvas.height = Math.round((height + HEAD + FOOT) * ratio)
  const pen = canvas.getContext('2d')!
  pen.scale(ratio, ratio)
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, height + HEAD + FOOT)
  pen.drawImage(shot, 0, HEAD, width, height)
  const past = coverageBeside.value
  if (past && atlasBeside.value) {
    const at = cut.value * (width - coveredRight())
    const other = await snap(atlasBeside.value)
    const from = at * ratio
    const rest = shot.width - from
    pen.drawImage(other, from, 0, rest, shot.height, at, HEAD, width - at, height)
    drawCut(pen, at, HEAD, height, [found.as_of, past.as_of])
  }
  drawHead(pen, width)
  drawLegend(pen, HEAD + height)
  drawFoot(pen, width, HEAD + height)
  return canvas
}

/** The drawing is only there during its own frame: copy it then. */
async function snap({ map }: Atlas): Promise<HTMLCanvasElement> {
  const copy = document.createElement('canvas')
  const source = map.getCanvas()
  await new Promise((resolve) => (map.once('render', resolve), map.triggerRepaint())).then(() => {
    copy.width = source.width
    copy.height = source.height
    copy.getContext('2d')!.drawImage(source, 0, 0)
  })
  return copy
}

/** Where one date ends and the other begins. */
function drawCut(
  pen: Pen,
  at: number,
  top: number,
  height: number,
  dates: readonly [string, string],
): void {
  pen.fillStyle = '#ffffff'
  pen.fillRect(at - 2, top, 4, height)
  pen.fillStyle = token('muted')
  pen.fillRect(at - 0.5, top, 1, height)
  for (const [i, date] of dates.entries()) {
    const left = i ? at + 10 : at - 10 - 96
    pen.fillStyle = 'rgba(255,255,255,0.95)'
    pen.fillRect(left, top + 12, 96, 26)
    write(pen, date, left + 48, top + 30, { bold: true, align: 'center' })
  }
}

function write(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  style: { size?: number; bold?: boolean; colour?: string; align?: CanvasTextAlign } = {},
): number {
  pen.font = `${style.bold ? '600 ' : ''}${style.size ?? 13}px ${FONT}`
  pen.fillStyle = style.colour ?? token('ink')
  pen.textAlign = style.align ?? 'left'
  pen.textBaseline = 'alphabetic'
  pen.fillText(text, x, y)
  return pen.measureText(text).width
}

function drawHead(pen: Pen, width: number): void {
  const found = coverage.value!
  const { t } = i18n.global
  const name = indicator.value ? say(indicator.value.name) : found.name
  const title = t('frame.imageTitle', {
    division: divisionName.value,
    indicator: name,
    level: t(`frame.level_${shownLevel.value}`),
  })
  write(pen, title, EDGE, 38, { size: 22, bold: true })
  const share = found.total.text.share
    ? `${found.total.text.share}${found.total.text.bounds ? `（${found.total.text.bounds}）` : ''} · `
    : ''
  const past = coverageBeside.value
  const before = past
    ? ` · ${t('frame.asOf', { date: past.as_of })} ${past.total.text.share ?? '—'}`
    : ''
  write(
    pen,
    `${share}${t('frame.asOf', { date: found.as_of })}${before} · ${t('frame.definition')} ${definitionText.value}`,
    EDGE,
    66,
    { size: 14, colour: token('muted') },
  )
  if (found.made_up) {
    const mark = t('frame.madeUp')
    const own = write(pen, mark, width - EDGE - 10, 38, {
      size: 16,
      bold: true,
      colour: '#6b4e00',
      align: 'right',
    })
    pen.strokeStyle = '#a8842f'
    pen.setLineDash([4, 3])
    pen.strokeRect(width - EDGE - own - 20, 17, own + 20, 30)
    pen.setLineDash([])
  }
}

function drawLegend(pen: Pen, bottom: number): void {
  const { t } = i18n.global
  const rows = (coverage.value?.rows ?? []).filter(({ kind }) => kind === 'division')
  const lines = classes.value.map(({ colour, label }, i) => ({
    colour,
    text: say(label),
    count: rows.filter((row) => row.class === i).length,
    hatch: false,
  }))
  const empty = rows.filter((row) => row.class === null).length
  if (empty)
    lines.push({ colour: token('no-data'), text: t('frame.noData'), count: empty, hatch: true })
  const unsure = rows.filter((row) => row.class !== null && row.met === 'undetermined').length
  if (unsure)
    lines.push({ colour: '#ffffff', text: t('frame.undetermined'), count: unsure, hatch: true })
  const height = lines.length * 21 + 24
  const top = bottom - height - 16
  pen.fillStyle = 'rgba(255,255,255,0.95)'
  pen.strokeStyle = token('rule')
  pen.fillRect(EDGE, top, 210, height)
  pen.strokeRect(EDGE, top, 210, height)
  lines.forEach(({ colour, text, count, hatch }, i) => {
    const y = top + 14 + i * 21
    pen.fillStyle = colour
    pen.fillRect(EDGE + 12, y, 26, 14)
    if (hatch) drawHatch(pen, EDGE + 12, y)
    pen.strokeStyle = 'rgba(31,41,51,0.25)'
    pen.strokeRect(EDGE + 12, y, 26, 14)
    if (i && classes.value[i]?.side === 'above' && classes.value[i - 1]?.side === 'below') {
      pen.strokeStyle = token('ink')
      pen.setLineDash([4, 3])
      pen.beginPath()
      pen.moveTo(EDGE + 12, y - 3.5)
      pen.lineTo(EDGE + 198, y - 3.5)
      pen.stroke()
      pen.setLineDash([])
    }
    write(pen, text, EDGE + 48, y + 12)
    write(pen, String(count), EDGE + 198, y + 12, { colour: token('muted'), align: 'right' })
  })
}

function drawHatch(pen: Pen, x: number, y: number): void {
  pen.save()
  pen.beginPath()
  pen.rect(x, y, 26, 14)
  pen.clip()
  pen.strokeStyle = token('no-data-line')
  for (let at = -14; at < 26; at += 5) {
    pen.beginPath()
    pen.moveTo(x + at, y + 14)
    pen.lineTo(x + at + 14, y)
    pen.stroke()
  }
  pen.restore()
}

function drawFoot(pen: Pen, width: number, top: number): void {
  const { t } = i18n.global
  const found = coverage.value!
  const plan = definitions.value ? say(definitions.value.plan.title) : ''
  const source = t('frame.imageSource', { plan, snapshot: found.snapshot.slice(0, 16) })
  const review = baseReview.value
    ? t('frame.reviewed', { number: baseReview.value })
    : t('frame.notReviewed')
  write(
    pen,
    [source, baseCredit.value && `${baseCredit.value} ${review}`].filter(Boolean).join(' · '),
    EDGE,
    top + 20,
    { size: 12, colour: token('muted') },
  )
  write(pen, targetNote.value, EDGE, top + 38, { size: 12, colour: token('muted') })
  write(pen, t('frame.review'), width - EDGE, top + 20, {
    size: 12,
    colour: token('muted'),
    align: 'right',
  })
}
