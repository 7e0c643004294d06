/** Go to what a search found: the division on screen, or the compound with its card. */
import { levelOf } from '@/state/levels'
import { change } from '@/state/view'
import { lookAt } from '@/map/look'

export interface Found {
  kind: 'division' | 'compound' | 'project'
  code: string
  name: string
  path: string[]
  point: [number, number] | null
  bbox: [number, number, number, number] | null
  placeholder: boolean
}

export async function goTo(one: Found): Promise<void> {
  if (one.kind === 'division') {
    const division = levelOf(one.code) === 'province' ? '' : one.code
    await change({ division, level: '', camera: null, chosen: '' })
    return
  }
  await change({ chosen: one.kind === 'compound' ? `compound:${one.code}` : '' })
  lookAt(one.bbox ?? (one.point ? [...one.point, ...one.point] : null))
}
