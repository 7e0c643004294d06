/** The levels of divisions, and what a code says of its own. */
import type { Level } from '@/api/types'

export const LEVELS: readonly Level[] = ['province', 'prefecture', 'county', 'street', 'community']

/** How many digits the codes of a level have. */
export const CODE_LENGTHS: Record<Level, number> = {
  province: 2,
  prefecture: 4,
  county: 6,
  street: 9,
  community: 12,
}

/** Give a code without the zeros that only pad it, as the interface does: 530100 is 5301. */
export function shortestCode(code: string): string {
  let short = code
  for (const [width, shorter] of [
    [12, 9],
    [9, 6],
    [6, 4],
    [4, 2],
  ] as const) {
    if (short.length === width && /^0+$/.test(short.slice(shorter))) short = short.slice(0, shorter)
  }
  return short
}

/** From which zoom the tiles have the outlines of a level. */
export const DRAWN_FROM: Record<Level, number> = {
  province: 3,
  prefecture: 3,
  county: 3,
  street: 6,
  community: 8,
}

/** Give the level of a division by its code; no code is the whole. */
export function levelOf(code: string): Level {
  return LEVELS.find((level) => CODE_LENGTHS[level] === code.length) ?? 'province'
}

export function levelBelow(level: Level): Level {
  return LEVELS[Math.min(LEVELS.indexOf(level) + 1, LEVELS.length - 1)]!
}

export function isBelow(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other)
}
