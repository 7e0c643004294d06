/** The choices of a definition (口径) that matter to the indicator on screen, and what it says in words. */
import { computed } from 'vue'
import type { IndicatorId, Words } from '@/api/types'
import { definitions } from '@/state/definitions'
import { coverage } from '@/state/figures'
import { view } from '@/state/view'
import { i18n, say } from '@/words'

const { t } = i18n.global

export interface Option {
  value: string | boolean
  name: string
  effect: string
}
export interface Group {
  key: 'band' | 'basis' | 'population' | 'interim' | 'by'
  options: Option[]
}

const option = (value: string | boolean, name: Words, effect: Words): Option => ({
  value,
  name: say(name),
  effect: say(effect),
})

function groupsOf(indicator: IndicatorId): Group[] {
  const all = definitions.value
  if (!all) return []
  if (indicator === 'I3' || indicator === 'I4') {
    const kinds = ['company', 'project'] as const
    return [
      {
        key: 'by',
        options: kinds.map((kind) => ({
          value: kind,
          name: t(`frame.by_${kind}`),
          effect: t(`frame.by_${kind}Long`),
        })),
      },
    ]
  }
  const populations: Group = {
    key: 'population',
    options: all.populations.map(({ id, name, effect }) => option(id, name, effect)),
  }
  if (indicator === 'I2') {
    return [
      {
        key: 'interim',
        options: all.with_interim.map(({ value, name, effect }) => option(value, name, effect)),
      },
      populations,
    ]
  }
  return [
    { key: 'band', options: all.bands.map(({ id, name, effect }) => option(id, name, effect)) },
    { key: 'basis', options: all.bases.map(({ id, name, effect }) => option(id, name, effect)) },
    populations,
  ]
}

export const groups = computed<Group[]>(() => groupsOf(view.indicator))

function inFewWords(own: Group[]): string {
  const parts = own.map(
    ({ key, options }) =>
      options.find(({ value }) => value === view[key])?.name.split(/[：:]/)[0] ?? '',
  )
  return parts.filter(Boolean).join(' · ')
}

/** The choices in few words. */
export const chosenText = computed(() => inFewWords(groups.value))

/** Under which definition a compound is covered by service, whatever the indicator on screen. */
export const serviceText = computed(() => inFewWords(groupsOf('I1')))

/** What the figures on screen count, as their answer says. */
export const definitionText = computed(() => say(coverage.value?.counts))

/** That targets are the province's, and lines below it planning lines. */
export const targetNote = computed(() => say(definitions.value?.plan.scope_note))
