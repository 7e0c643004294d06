/** Colours for the canvas, read from the style sheet's tokens, which come from maps/style.py. */
const style = getComputedStyle(document.documentElement)

export function token(name: string): string {
  return style.getPropertyValue(`--${name}`).trim()
}
