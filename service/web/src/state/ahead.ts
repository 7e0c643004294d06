/** What is probably asked for next, asked for while nothing else goes on: then it is there at once. */
import { watch } from 'vue'
import { address, getAhead } from '@/api/client'
import { mapStands } from '@/map/look'
import type { IndicatorId } from '@/api/types'
import { addressOfFigures, asOf, coverage, hovered, snapshot } from '@/state/figures'
import { series } from '@/state/series'
import { view } from '@/state/view'

const INDICATORS: IndicatorId[] = ['I1', 'I2', 'I3', 'I4']
/** Quarters on either side of the date. */
const QUARTERS = 2
/** A pointer that rests for so long on a division may be about to open it. */
const REST_MS = 60

let turn = 0

/** Ask one after the other, each when there is time, until there is something else to look at. */
async function askAhead(addresses: readonly string[]): Promise<void> {
  const own = ++turn
  for (const one of addresses) {
    await new Promise((resolve) => requestIdleCallback(resolve))
    if (own !== turn) return
    await getAhead(one)
  }
}

/** Of the quarters that have a snapshot, those next to the date. */
function near(): string[] {
  const days = (series.value?.points ?? []).map(({ as_of }) => as_of)
  const here = days.indexOf(asOf.value)
  if (here < 0) return []
  const distance = (day: string): number => Math.abs(days.indexOf(day) - here)
  return days
    .filter((day) => day !== asOf.value && distance(day) <= QUARTERS)
    .sort((a, b) => distance(a) - distance(b))
}

export function lookAhead(): void {
  watch([coverage, series, mapStands], ([found, , stands]) => {
    if (!found || !stands) return
    const others = INDICATORS.filter((one) => one !== view.indicator)
    void askAhead([
      ...others.map((indicator) => addressOfFigures({ indicator })),
      ...near().map((day) => addressOfFigures({ asOf: day })),
    ])
  })
  let resting = 0
  watch(hovered, (code) => {
    clearTimeout(resting)
    if (!code || code === view.division) return
    resting = window.setTimeout(() => {
      void getAhead(addressOfFigures({ division: code }))
      void getAhead(address(`/divisions/${code}`, { snapshot: snapshot.value }))
    }, REST_MS)
  })
}
