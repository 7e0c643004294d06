/** What the interface answers; `docs/api.md` and `/api/v1/openapi.json` are the exact description. */

export interface Words {
  zh: string
  en: string
}

export type Level = 'province' | 'prefecture' | 'county' | 'street' | 'community'
export type IndicatorId = 'I1' | 'I2' | 'I3' | 'I4'
export type Met = 'yes' | 'no' | 'undetermined' | null

export interface Dated {
  snapshot: string
  as_of: string
  made_up: boolean
}

export interface DefinitionHead {
  id: string
  band: string
  basis: string
  population: string
  with_interim: boolean
  plan_version: string
  text: string
}

export interface FigureText {
  share: string | null
  bounds: string | null
  high: string | null
  gap: Words | null
  points: string | null
  numerator: Words | null
  denominator: Words | null
  unknown: Words | null
  unknown_share: string | null
  imputed: string | null
}

export interface CoverageRow {
  division: string | null
  name: string
  kind: 'division' | 'outside'
  numerator: number
  denominator: number
  unknown: number
  imputed_share: number | null
  share: number | null
  low: number | null
  high: number | null
  target: number
  met: Met
  gap_points: number | null
  gap_amount: number
  contribution: number | null
  unmeasured: number
  class: number | null
  text: FigureText
}

export interface Coverage extends Dated {
  definition: DefinitionHead
  indicator: IndicatorId
  name: string
  unit: 'm2' | 'compounds' | 'companies' | 'projects'
  level: Level
  /** What is counted, in words. */
  counts: Words
  target_note: string
  rows: CoverageRow[]
  total: CoverageRow
  /** Where the division lies. */
  bbox?: [number, number, number, number] | null
  /** By layer of tiles a fingerprint of what they hold: the same on dates with the same outlines. */
  tile_tags?: Record<string, string>
}
