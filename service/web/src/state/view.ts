/**
 * The whole view, which is the address: whoever opens the same address sees the same screen.
 *
 * The panel is the path, everything else the query. What is at its default is left out, so that
 * addresses stay short. Nothing of the view is kept anywhere else.
 */
import { computed, reactive, readonly, watch } from 'vue'
import type { LocationQuery, LocationQueryRaw, Router } from 'vue-router'
import type { IndicatorId, Level } from '@/api/types'
import { atLeisure } from '@/map/frames'
import { shortestCode } from './levels'

export interface Camera {
  lon: number
  lat: number
  zoom: number
}

export interface View {
  /** Division code; empty for the whole. */
  division: string
  /** Date (ISO); empty for the newest that there is. */
  asOf: string
  /** Snapshot id, or enough of its beginning, when the figures are pinned to it. */
  snapshot: string
  /** The second date, beside the first. */
  beside: string
  indicator: IndicatorId
  by: 'company' | 'project'
  band: 'A' | 'B' | 'C'
  basis: 'floor' | 'land' | 'count'
  population: 'urban' | 'all'
  interim: boolean
  /** Level of the divisions on the map; empty for the children of the division. */
  level: Level | ''
  /** What the drawer shows: `kind:key`, as `compound:5301020010010001`. */
  chosen: string
  camera: Camera | null
  language: 'zh' | 'en'
}

const DEFAULTS: View = {
  division: '',
  asOf: '',
  snapshot: '',
  beside: '',
  indicator: 'I1',
  by: 'company',
  band: 'A',
  basis: 'floor',
  population: 'urban',
  interim: false,
  level: '',
  chosen: '',
  camera: null,
  language: 'zh',
}

const NAMES: Record<keyof View, string> = {
  division: 'division',
  asOf: 'as_of',
  snapshot: 'snapshot',
  beside: 'beside',
  indicator: 'indicator',
  by: 'by',
  band: 'band',
  basis: 'basis',
  population: 'population',
  interim: 'interim',
  level: 'level',
  chosen: 'chosen',
  camera: 'map',
  language: 'lang',
}

const ALLOWED: Partial<Record<keyof View, RegExp>> = {
  division: /^\d{2,12}$/,
  asOf: /^\d{4}-\d\d-\d\d$/,
  snapshot: /^[0-9a-f]{6,64}$/,
  beside: /^\d{4}-\d\d-\d\d$/,
  indicator: /^I[1-4]$/,
  by: /^(company|project)$/,
  band: /^[ABC]$/,
  basis: /^(floor|land|count)$/,
  population: /^(urban|all)$/,
  level: /^(province|prefecture|county|street|community)$/,
  chosen: /^[a-z-]+:.+$/,
  language: /^(zh|en)$/,
}

/** As the address says from the first moment, so that nothing else is asked for first. */
const state = reactive<View>(read(Object.fromEntries(new URLSearchParams(location.search))))
let router: Router

interface Place {
  path: string
  query: LocationQueryRaw
}

/** Where the address is going: it gets there later, and a second change builds on the first. */
let ahead: (Place & { quietly: boolean; shown: boolean }) | null = null
/** Steps of ours that the router is taking just now. */
let steps = 0

/** The view, to read. */
export const view = readonly(state)

/** The definition (口径) as the interface is asked for it. */
export const definitionQuery = computed(() => ({
  band: state.band,
  basis: state.basis,
  population: state.population,
  with_interim: state.interim,
}))

/** What an indicator of companies counts; of others there is no such choice. */
export function byOf(indicator: IndicatorId): string {
  return indicator === 'I3' || indicator === 'I4' ? state.by : ''
}

/** Let the view follow the address from now on, wherever the browser goes. */
export function followAddress(own: Router): void {
  router = own
  watch(
    () => own.currentRoute.value.query,
    (query) => {
      if (!steps) ahead = null // somebody goes elsewhere, as by the browser's Back
      Object.assign(state, read(ahead?.shown ? (ahead.query as LocationQuery) : query))
    },
    { flush: 'sync' },
  )
}

/**
 * Change the view. A change that a reader would want to go back from is a step of the browser's
 * history; `quietly` replaces the present step (camera, hover, sliders in motion).
 */
export function change(part: Partial<View>, { quietly = false, page = '' } = {}): Promise<unknown> {
  const { query: now, path } = here()
  const next: View = { ...read(now as LocationQuery), ...part }
  if (part.asOf !== undefined && part.snapshot === undefined) next.snapshot = ''
  return go({ path: page || path, query: { ...others(now), ...write(next) } }, quietly)
}

/** Go where a link of our own leads. */
export function visit(place: Place): Promise<unknown> {
  return go(place, false)
}

/** Where we are, or will be as soon as the router is done. */
function here(): Place {
  if (ahead) return ahead
  const { path, query } = router.currentRoute.value
  return { path, query }
}

async function go(place: Place, quietly: boolean, first = true): Promise<unknown> {
  // A step that is still under way stays a step when a quiet change overtakes it.
  const shown = first && stays(place)
  const own = (ahead = { ...place, shown, quietly: quietly && (ahead?.quietly ?? true) })
  try {
    if (shown) {
      // The screen first: writing the address takes as long as a third of it.
      Object.assign(state, read(place.query as LocationQuery))
      await atLeisure()
      if (ahead !== own) return undefined // and whatever came after it builds on it
    }
    steps++
    return await router[own.quietly ? 'replace' : 'push'](place).finally(() => steps--)
  } finally {
    if (ahead === own) ahead = null
  }
}

/** Whether a place is another view of the page on screen, for which nothing has to be fetched first. */
function stays({ path, query }: Place): boolean {
  return (
    path === router.currentRoute.value.path &&
    (query[NAMES.language] ?? DEFAULTS.language) === state.language
  )
}

/** Give the address of a page with the present view, or a part of it changed, for links. */
export function addressOf(
  page: string,
  part: Partial<View> = {},
  own: Record<string, string> = {},
): string {
  const query = new URLSearchParams({ ...write({ ...state, ...part }), ...own }).toString()
  return query ? `${page}?${query}` : page
}

/** A page's own part of the query, which travels with the address but is no concern of others. */
export function ownQuery(name: string): string {
  const value = router.currentRoute.value.query[name]
  return typeof value === 'string' ? value : ''
}

export function changeOwn(part: Record<string, string>, { quietly = true } = {}): Promise<unknown> {
  const { query: now, path } = here()
  const query: LocationQueryRaw = { ...now, ...part }
  for (const name of Object.keys(part)) if (!part[name]) delete query[name]
  return go({ path, query }, quietly, false) // which is read from the address alone
}

/** The kind and the key of what is chosen. */
export const chosen = computed(() => {
  const at = state.chosen.indexOf(':')
  return at < 0 ? null : { kind: state.chosen.slice(0, at), key: state.chosen.slice(at + 1) }
})

export function choose(kind: string, key: string): Promise<unknown> {
  return change({ chosen: `${kind}:${key}` })
}

export function chooseNothing(): Promise<unknown> {
  return change({ chosen: '' })
}

function others(query: LocationQueryRaw): LocationQueryRaw {
  const known = new Set(Object.values(NAMES))
  return Object.fromEntries(Object.entries(query).filter(([name]) => !known.has(name)))
}

function read(query: LocationQuery): View {
  const found: Record<string, unknown> = { ...DEFAULTS }
  for (const [key, rule] of Object.entries(ALLOWED)) {
    const value = query[NAMES[key as keyof View]]
    if (typeof value === 'string' && rule.test(value)) found[key] = value
  }
  for (const key of ['asOf', 'beside']) if (!isDay(String(found[key]))) found[key] = ''
  found.division = shortestCode(String(found.division))
  found.interim = query[NAMES.interim] === 'true'
  found.camera = readCamera(query[NAMES.camera])
  return found as unknown as View
}

/** A day of the calendar: the 45th of a 13th month is none, and no figures can be had of it. */
function isDay(text: string): boolean {
  const day = new Date(text)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function readCamera(value: unknown): Camera | null {
  if (typeof value !== 'string') return null
  const [zoom, lat, lon] = value.split('/').map(Number)
  if (zoom === undefined || lat === undefined || lon === undefined) return null
  return [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 ? { lon, lat, zoom } : null
}

function write(whole: View): Record<string, string> {
  const query: Record<string, string> = {}
  for (const key of Object.keys(NAMES) as (keyof View)[]) {
    const value = whole[key]
    if (value === DEFAULTS[key] || value === null) continue
    query[NAMES[key]] = typeof value === 'object' ? writeCamera(value) : String(value)
  }
  return query
}

function writeCamera({ zoom, lat, lon }: Camera): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`
}
