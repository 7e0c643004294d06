/** Numbers that the interface gives bare, written by the rules of the server's own words. */

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

/** An area: 万㎡ from ten thousand on, or m² in English. */
export function areaText(area_m2: number, language: string): string {
  const whole = (value: number, digits: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  if (language === 'en') {
    return area_m2 < 1e6 ? `${whole(area_m2, 0)} m²` : `${whole(area_m2 / 1e6, 2)} million m²`
  }
  if (area_m2 < 1e4) return `${whole(area_m2, 0)} ㎡`
  return `${whole(area_m2 / 1e4, area_m2 < 1e5 ? 2 : area_m2 < 1e7 ? 1 : 0)} 万㎡`
}

/** Money: 万元 from ten thousand on, or yuan in English. */
export function yuanText(yuan: number, language: string): string {
  if (language === 'en') return `¥${Math.round(yuan).toLocaleString('en-US')}`
  if (Math.abs(yuan) < 1e4) return `${Math.round(yuan).toLocaleString('en-US')} 元`
  return `${(yuan / 1e4).toLocaleString('en-US', { maximumFractionDigits: 1 })} 万元`
}

/** A change with its sign; nothing is +0. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits)
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`
}
