/** Plans and cases, as the interface gives them. */
import type { FeatureCollection, LineString } from 'geojson'
import type { Dated, DefinitionHead, Words } from '@/api/types'

export interface Criterion {
  rule: string
  name: string
  figure: number | string | boolean | null
  limit: number | string | boolean | null
  unit: string
  met: boolean | null
  /** False where nothing is required, and the rule is told for information. */
  required?: boolean
  text: string
}

export interface Suggestion {
  compound: string
  name: string
  project: string
  project_name: string
  company_name: string
  via: string
  via_name: string
  parent: string
  parent_name: string
  gap_m: number
  walk_m: number | null
  same_community: boolean
  same_street: boolean
  arterial: string
  crossing: string
  segment: [number, number, number, number]
  floor_area_m2: number
  area_imputed: boolean
  households: number
  gain_points: number
  spare_before_m2: number
  spare_after_m2: number
  stars: number | null
  cost_yuan: number | null
  subsidy_yuan: number | null
  fee_ratio: number | null
  warnings: string[]
  reasons: string[]
  points: { level: string; division: string; name: string; points: number }[]
  criteria: Criterion[]
  runner_up: { project: string; project_name: string; gap_m: number; why: string } | null
  next_step: string
}

export interface Relaxation {
  kind: string
  value: unknown
  text: string
}

export interface NotServed {
  compound: string
  name: string
  floor_area_m2: number
  reason: string
  text: string
  remedy: string
  relaxations: Relaxation[]
  fallback?: string
}

/** Compounds not covered for one reason; `members` are those that `not_served` does not list. */
export interface GapPart {
  reason: string
  text: string
  compounds: number
  amount: number
  remedy?: string
  members?: { compound: string; name: string; floor_area_m2: number }[]
}

export interface Plan extends Dated {
  plan: string
  definition: DefinitionHead
  division: string | null
  name: string
  unit: string
  target: number
  /** What the target still takes, in `unit`. */
  needed: number
  status: 'reached already' | 'reached' | 'unreachable' | 'infeasible' | 'most'
  aim: string
  cost_yuan: number | null
  time_limited: boolean
  gap: number
  assumptions: string[]
  share: number
  share_after: number
  share_bound: number
  unproven: string[]
  suggestions: Suggestion[]
  shortfalls: { text: string }[]
  not_served: NotServed[]
  gap_parts: GapPart[]
  lines: string[]
  /** Names of what its decisions name by code; plans kept by older versions have none. */
  names?: Record<string, string>
}

export interface Difference {
  added: Suggestion[]
  dropped: Suggestion[]
  moved: { compound: string; before: Suggestion; after: Suggestion }[]
  kept: number
  figures: Record<string, { before: unknown; after: unknown; more: number | null }>
  conditions: Record<string, { before: unknown; after: unknown }>
}

export type Lines = FeatureCollection<
  LineString,
  { rank: number; compound: string; project: string; floor_area_m2: number; parent: string | null }
>

export interface Solved {
  plan: Plan
  digest: string
  difference: Difference | null
  lines: Lines
  /** What the shares count. */
  counts: Words
}

export interface Limit {
  id: string
  unit: string | null
  meaning: Words
  default: number | boolean | string | null
  least: number | null
  most: number | null
  choices: string[] | null
}

export interface Options {
  target: number
  aims: { id: string; meaning: Words }[]
  limits: Limit[]
  decisions: { id: string; meaning: Words }[]
}

export interface KeptPlan {
  id: string
  digest: string
  snapshot: string
  division: string | null
  name: string | null
  as_of: string | null
  status: string | null
  takeovers: number
  author: string
  at: string
}

export interface OpenStep {
  state: string
  words: Words
  needs: Words
  reason: boolean
  evidence: boolean
  figures: {
    id: string
    kind: 'area' | 'count' | 'date' | 'yes_no' | 'code' | 'mode'
    words: Words
    required: boolean
  }[]
}

export interface Case {
  case: number
  compound: string
  compound_name: string
  project: string
  project_name: string
  division: string | null
  plan: string | null
  state: string
  stage: string
  closed: boolean
  opened_on: string | null
  latest_start: string
  latest_start_at_best: string
  due: string
  steps: {
    state: string
    at: string
    author: string
    reason: string | null
    evidence: string | null
    figures: Record<string, unknown>
    change: number
  }[]
  open: OpenStep[]
}
