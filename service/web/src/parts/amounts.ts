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
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}
