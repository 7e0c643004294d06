/** Which compounds the list shows: part of the address, and what it means to the interface and the map. */
import { computed } from 'vue'
import type { FilterSpecification } from 'maplibre-gl'
import type { Query } from '@/api/client'
import { router } from '@/router'
import { snapshot } from '@/state/figures'
import { changeOwn, definitionQuery, view } from '@/state/view'

export const SWITCHES = ['old', 'uncovered', 'no_committee', 'term', 'party_due'] as const
export type FilterSwitch = (typeof SWITCHES)[number]
export const SORTS = ['-floor_area', 'floor_area', 'name', 'built_year', 'term_end'] as const

/** Months within which a term counts as ending. */
export const TERM_MONTHS = 6

export interface Filter {
  states: string[]
  switches: FilterSwitch[]
  words: string
  sort: string
}

const text = (name: string): string => {
  const value = router.currentRoute.value.query[name]
  return typeof value === 'string' ? value : ''
}

export const filter = computed<Filter>(() => ({
  states: text('states').split('.').filter(Boolean),
  switches: text('only')
    .split('.')
    .filter((one): one is FilterSwitch => (SWITCHES as readonly string[]).includes(one)),
  words: text('q'),
  sort: (SORTS as readonly string[]).includes(text('sort')) ? text('sort') : '-floor_area',
}))

export function changeFilter(part: Partial<Filter>): void {
  const { states, switches, words, sort } = { ...filter.value, ...part }
  void changeOwn({
    states: states.join('.'),
    only: switches.join('.'),
    q: words,
    sort: sort === '-floor_area' ? '' : sort,
  })
}

/** Something is looked for: not all compounds are listed. */
export const isFiltered = computed(() => {
  const { states, switches, words } = filter.value
  return Boolean(states.length || switches.length || words)
})

/** What the interface is asked, without page and order. */
export const wantedQuery = computed<Query>(() => {
  const { states, switches, words } = filter.value
  const on = (one: FilterSwitch): boolean | null => switches.includes(one) || null
  return {
    snapshot: snapshot.value,
    division: view.division,
    ...definitionQuery.value,
    state: states,
    old: on('old'),
    no_committee: on('no_committee'),
    term_within_months: on('term') && TERM_MONTHS,
    party_due: on('party_due'),
    counted: on('uncovered') && false,
    q: words,
  }
})

/** The same in the order that is asked for. */
export const listQuery = computed<Query>(() => ({ ...wantedQuery.value, sort: filter.value.sort }))

/** The same for the map, as far as its tiles know; codes stand for the rest. */
export function mapFilter(codes: string[] | null): FilterSpecification | null {
  const { states, switches, words } = filter.value
  const all: unknown[] = []
  if (states.length) all.push(['in', ['get', 'state'], ['literal', states]])
  if (switches.includes('old')) all.push(['==', ['get', 'old'], 1])
  if ((words || switches.some((one) => one !== 'old')) && codes)
    all.push(codes.length ? ['match', ['get', 'code'], codes, true, false] : ['literal', false])
  return all.length ? (['all', ...all] as unknown as FilterSpecification) : null
}
