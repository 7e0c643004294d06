/** Days and moments as they are written everywhere: 2026-01-31, and 2026-01-31 08:05. */

/** The day that it is where the reader is. */
export function today(): string {
  return dayOf(new Date())
}

/** A moment as the clock on the wall shows it, the same for every reader. */
export function moment(at: string): string {
  const day = new Date(at)
  return `${dayOf(day)} ${two(day.getHours())}:${two(day.getMinutes())}`
}

function dayOf(day: Date): string {
  return [day.getFullYear(), two(day.getMonth() + 1), two(day.getDate())].join('-')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
