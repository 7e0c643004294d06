/** Waiting for the screen. */

/** A page in the background gets no frames; nothing waits for them for longer. */
const MOST_MS = 250

/** So long a wait for a moment without work is at most. */
const IDLE_MS = 200

/** Done when what was drawn just now is on its way to the screen. */
export function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, MOST_MS)
    requestAnimationFrame(() => setTimeout(resolve))
  })
}

/** Done when the screen shows what was changed just now, and nothing more urgent is to be done. */
export async function atLeisure(): Promise<void> {
  await afterFrame()
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_MS }))
}
