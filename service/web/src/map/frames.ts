/** Waiting for the screen. */

/** A page in the background gets no frames; nothing waits for them for longer. */
const MOST_MS = 250

/** Done when what was drawn just now is on its way to the screen. */
export function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, MOST_MS)
    requestAnimationFrame(() => setTimeout(resolve))
  })
}
