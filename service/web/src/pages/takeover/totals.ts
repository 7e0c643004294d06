/** A plan's total, written on its own side of what is still needed, as `geo.areas` writes it. */
import { areaText } from '@/parts/amounts'
import { view } from '@/state/view'
import type { Plan } from '@/pages/takeover/types'

/** The step in m² that an area's digits go by. */
function step(area_m2: number, english: boolean): number {
  if (english && area_m2 >= 1e6) return 1e4
  if (area_m2 < 1e4) return 1
  return area_m2 < 1e5 ? 1e2 : area_m2 < 1e7 ? 1e3 : 1e4
}

/** In whole 0.01 m², or sums of floats would fall just short of what they meet. */
const exact = (area_m2: number): number => Math.round(100 * area_m2) / 100

/** The floor area of a plan's takeovers, never below the need that it meets. */
export function takenText(plan: Plan): string {
  const taken = exact(plan.suggestions.reduce((sum, one) => sum + one.floor_area_m2, 0))
  if (plan.definition.basis !== 'floor' || !plan.needed) return areaText(taken)
  const digits = step(taken, view.language === 'en')
  const whole = Math.ceil(exact(plan.needed))
  const need = Math.ceil(whole / step(whole, false)) * step(whole, false)
  const near = Math.round(taken / digits) * digits
  const met = taken >= exact(plan.needed)
  if (near >= need === met) return areaText(taken)
  return areaText((met ? Math.ceil(taken / digits) : Math.floor(taken / digits)) * digits)
}
