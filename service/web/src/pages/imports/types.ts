/** Imports, as the interface gives them. */
import type { FeatureCollection, Geometry } from 'geojson'
import type { Words } from '@/api/types'

export type Verdict = 'loaded' | 'unchanged' | 'warned' | 'quarantined' | 'skipped'

export interface FileColumn {
  header: string
  column: string | null
  title: string | null
  required: boolean
  kept_as: 'column' | 'note' | 'personal' | 'dropped'
  samples: string[]
}

export interface RuleCount {
  rule: string
  severity: 'warned' | 'quarantined' | 'skipped'
  name: Words
  meaning: Words
  findings: number
  rows: number
}

export interface Summary {
  kind: string
  rows: number
  verdicts: Partial<Record<Verdict, number>>
  retracted: number
  crs: string | null
  datum: { notice?: string | null } | null
  extra_columns: string[]
  personal_columns_dropped: string[]
  sheets_not_read: string[]
  made_up: boolean
  notices: { rule: string; message: string }[]
  matched: number
  edited: number
  rules: RuleCount[]
  columns: FileColumn[]
}

export interface Import {
  id: string
  file: string
  bytes: number
  author: string
  at: string
  expires_at: string
  kind: string | null
  options: { mapping?: { columns?: Record<string, string> }; crs?: string; effective?: string }
  state: 'checking' | 'asking' | 'checked' | 'importing' | 'done' | 'failed'
  job: string | null
  summary: Summary | null
  question: {
    about: 'kind' | 'datum' | 'again'
    message: string
    remedy: string
    choices: Record<string, unknown>[]
  } | null
  problem: { title: string; detail: string } | null
  register_changed: boolean
  change: number | null
  annotatable: boolean
}

export interface Row {
  position: number
  sheet: string
  row: number
  code: string | null
  name: string | null
  verdict: Verdict
  findings: {
    severity: string
    rule: string
    name: Words
    column: string
    value: string
    message: string
    remedy: string
  }[]
}

export interface Page<T> {
  items: T[]
  total: number
  next: string | null
}

export type RowsMap = FeatureCollection<
  Geometry,
  { position: number; verdict: Verdict; name: string | null; sheet: string; row: number }
>

export interface Side {
  code: string | null
  name: string | null
  division: string | null
  point: [number, number] | null
  shape: Geometry | null
}

export interface Match {
  id: string
  kind: 'row' | 'pair'
  file: string | null
  sheet: string | null
  row: number | null
  side: Side
  candidates: (Side & { score: number | null; reasons: string[] })[]
}

export interface HeldRow {
  id: number
  kind: string
  change: number
  file: string
  sheet: string
  row: number
  subject: string | null
  cells: Record<string, unknown>
  problems: { message?: string; column?: string; value?: string; remedy?: string }[]
}

/** What became of corrected rows: all went in, or none. */
export interface Released {
  refused: boolean
  ids: number[]
  left: number
  findings: { sheet: string; row: number; column?: string; message: string }[]
}

export interface Change {
  number: number
  at: string
  author: string
  kind: string
  file: string | null
  made_up: boolean
  counts: Record<string, number>
  undoes: number | null
  undone_by: number | null
}
