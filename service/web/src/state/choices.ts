/** The choices of a definition (口径) that matter to the indicator on screen, and what it says in words. */
import { computed } from 'vue'
import type { Words } from '@/api/types'
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

export const groups = computed<Group[]>(() => {
  const all = definitions.value
  if (!all) return []
  if (view.indicator === 'I3' || view.indicator === 'I4') {
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
  if (view.indicator === 'I2') {
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
})

/** The choices in few words. */
export const chosenText = computed(() => {
  const parts = groups.value.map(
    ({ key, options }) =>
      options.find(({ value }) => value === view[key])?.name.split(/[：:]/)[0] ?? '',
  )
  return parts.filter(Boolean).join(' · ')
})

/** The definition of the figures on screen, as their answer names it. */
export const definitionText = computed(() =>
  view.language === 'zh' ? (coverage.value?.definition.text ?? '') : chosenText.value,
)

/** That targets are the province's, and lines below it planning lines. */
export const targetNote = computed(() => say(definitions.value?.plan.scope_note))
