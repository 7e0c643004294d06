/** What list and card of cases share. */
import { ref } from 'vue'
import { send } from '@/api/client'
import { i18n } from '@/words'
import type { Case } from '@/pages/takeover/types'

/** Counts up when a case was opened or took a step, so that lists ask again. */
export const caseChanges = ref(0)

const ENGLISH: Record<string, string> = {
  建议: 'suggested',
  街道受理: 'accepted by the street',
  企业意愿: 'company willing',
  征求意见: 'owners asked',
  表决: 'voted',
  合同: 'contracted',
  承接查验: 'inspected',
  进场: 'entered',
  否决: 'rejected',
  搁置: 'on hold',
  恢复: 'resumed',
}

/** The stages of a case that goes well, in order. */
export const STAGES = Object.keys(ENGLISH).slice(0, 8)

export function stateName(state: string): string {
  return i18n.global.locale.value === 'en' ? (ENGLISH[state] ?? state) : state
}

export async function openCase(plan: string, compound: string): Promise<Case> {
  const found = await send<Case>('POST', '/cases', { plan, compound })
  caseChanges.value += 1
  return found
}

export async function takeStep(
  number: number,
  step: {
    state: string
    reason?: string
    evidence?: string
    at?: string
    figures?: Record<string, unknown>
  },
): Promise<Case> {
  const found = await send<Case>('POST', `/cases/${number}/steps`, step)
  caseChanges.value += 1
  return found
}
