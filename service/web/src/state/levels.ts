/** The levels of divisions, and what a code says of its own. */
import type { Level } from '@/api/types'

export const LEVELS: readonly Level[] = ['province', 'prefecture', 'county', 'street', 'community']

const LENGTHS: Record<number, Level> = {
  2: 'province',
  4: 'prefecture',
  6: 'county',
  9: 'street',
  12: 'community',
}

/** Give the level of a division by its code; no code is the whole. */
export function levelOf(code: string): Level {
  return LENGTHS[code.length] ?? 'province'
}

export function levelBelow(level: Level): Level {
  return LEVELS[Math.min(LEVELS.indexOf(level) + 1, LEVELS.length - 1)]!
}

export function isBelow(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other)
}
