/** Compounds, their history, companies: as the interface answers. */
import type { Dated, DefinitionHead, Words } from '@/api/types'

export interface Flag {
  id: string
  words: Words
}

export interface CompoundRow {
  code: string
  name: string | null
  aliases: string | null
  address: string | null
  division: string | null
  place: string[]
  state: string
  mode: Words
  built_year: number | null
  old: boolean
  floor_area_m2: number | null
  floor_area_source: 'unknown' | 'given' | 'imputed'
  households: number | null
  counted: boolean
  project: string | null
  company: string | null
  area: string | null
  committee: Words
  committee_term_ends: string | null
  interim: boolean
  party_due: boolean
  flags: Flag[]
  point: [number, number] | null
  placeholder: boolean
}

export interface StateSum {
  id: string
  name: Words
  compounds: number
  floor_area_m2: number
}

export interface CompoundList extends Dated {
  definition: DefinitionHead
  items: CompoundRow[]
  total: number
  next: string | null
  floor_area_m2: number
  households: number
  by_state: StateSum[]
}

/** Where all compounds of a list lie: one value a compound in each column. */
export interface CompoundPlaces extends Dated {
  total: number
  unplaced: number
  codes: string[]
  names: (string | null)[]
  lons: number[]
  lats: number[]
  states: string[]
  old: boolean[]
  placeholders: boolean[]
}

export interface Source {
  change: number
  file: string | null
  sheet: string | null
  row: number | null
}

export interface Card extends Dated {
  definition: DefinitionHead
  compound: CompoundRow
  delivered_on: string | null
  demolished_on: string | null
  urban: boolean
  land_area_m2: number | null
  evidence: string | null
  evidence_on: string | null
  service_from: string | null
  service_to: string | null
  committee_filed_on: string | null
  bbox: [number, number, number, number] | null
  project: {
    code: string
    name: string | null
    contract_from: string | null
    contract_to: string | null
    active: boolean | null
  } | null
  company: {
    uscc: string
    name: string | null
    kind: string
    stars: number | null
    party: 'yes' | 'no' | 'unknown'
    party_form: string
    instructor: 'yes' | 'no' | 'unknown'
  } | null
  management_area: { code: string; name: string | null; share: number | null } | null
  in_denominator: boolean
  counted: boolean
  reason: { id: string; words: Words }
  sources: { kind: string; words: Words; source: Source }[]
}

export interface Fact {
  kind: string
  words: Words
  subject: string
  facts: Record<string, unknown>
  valid_from: string | null
  valid_to: string | null
  known_from: number
  known_to: number | null
  recorded_at: string
  replaced_at: string | null
  source: Source
  inherited: Record<string, Source>
  made_up: boolean
}

export interface History {
  code: string
  last_change: number
  made_up: boolean
  facts: Fact[]
}

export interface CompanyRow {
  uscc: string
  name: string | null
  kind: string
  division: string | null
  place: string[]
  active: boolean
  projects: number
  party: 'yes' | 'no' | 'unknown'
  party_form: string
  instructor: 'yes' | 'no' | 'unknown'
  members: 'three_or_more' | 'fewer' | null
  due: boolean
  stars: number | null
}

export interface ChangeRow {
  division: string | null
  name: string
  share_before: number | null
  share_after: number | null
  text_before: string | null
  text_after: string | null
  change_points: number | null
  rank_before: number | null
  rank_after: number | null
}
