/** Plain areas and counts of single things; figures of divisions come written from the server. */
import { i18n } from '@/words'

/** 万㎡ from ten thousand on, as the server writes it. */
export function areaText(area_m2: number): string {
  if (i18n.global.locale.value === 'en') {
    return area_m2 < 1e6 ? `${grouped(area_m2, 0)} m²` : `${grouped(area_m2 / 1e6, 2)} million m²`
  }
  if (area_m2 < 1e4) return `${grouped(area_m2, 0)} ㎡`
  return `${grouped(area_m2 / 1e4, area_m2 < 1e5 ? 2 : area_m2 < 1e7 ? 1 : 0)} 万㎡`
}

export function grouped(value: number, digits = 0): string {
  // Written here: the first number that Intl formats takes longer than the rest of a panel.
  return value.toFixed(digits).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')
}

/** A share on its own side of the target: 89.96 % of 90 % is not written 90.0 %. */
export function shareText(share: number | null, target: number): string {
  if (share === null) return '—'
  const side = (value: number): boolean => value - target > -1e-12
  for (let digits = 1; digits <= 4; digits++) {
    const text = (100 * share).toFixed(digits)
    const edge = (at: number): boolean => (Number(text) === at) === (100 * share === at)
    if (side(Number(text) / 100) === side(share) && edge(0) && edge(100)) return `${text} %`
  }
  return `${(Math.floor(1e6 * share) / 1e4).toFixed(4)} %`
}

/** Money: 万元 from ten thousand on, or yuan in English. */
export function yuanText(yuan: number): string {
  if (i18n.global.locale.value === 'en') return `¥${grouped(Math.round(yuan))}`
  if (Math.abs(yuan) < 1e4) return `${grouped(Math.round(yuan))} 元`
  return `${(yuan / 1e4).toLocaleString('en-US', { maximumFractionDigits: 1 })} 万元`
}

/** A change with its sign; nothing is +0. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits)
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`
}
