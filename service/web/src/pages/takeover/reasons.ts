/** Why a suggestion, in few words: as the plan says it, or made of its figures in English. */
import { i18n } from '@/words'
import { areaText } from '@/parts/amounts'
import type { GapPart, Suggestion } from '@/pages/takeover/types'

const english = (): boolean => i18n.global.locale.value === 'en'
const { t, te } = i18n.global

export function reasonsOf(one: Suggestion): string {
  return (english() ? told(one) : one.reasons).join(' · ')
}

function told(one: Suggestion): string[] {
  const metres = Math.round(one.gap_m)
  const within = one.same_community ? 'Community' : one.same_street ? 'Street' : 'County'
  return [
    one.parent && t('takeover.whyBy', { name: one.via_name || one.via }),
    one.gap_m === 0 ? t('takeover.whyAdjacent') : t('takeover.whyFar', { metres }),
    t(`takeover.whySame${within}`),
    one.crossing &&
      t('takeover.whyCrossing', { name: one.crossing, metres: Math.round(one.walk_m ?? 0) }),
    one.arterial && t('takeover.whyAcross', { name: one.arterial }),
    one.stars && t('takeover.whyStars', { stars: one.stars }),
    t('takeover.whyRoom', { area: areaText(one.spare_before_m2) }),
  ].filter((text): text is string => !!text)
}

/** Why compounds are left, for the head of their group. */
export function reasonOf({ reason, text }: GapPart): string {
  const key = `takeover.left_${reason}`
  return english() && te(key) ? t(key) : text
}
