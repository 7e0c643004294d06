/** Colours for the canvas, read from the style sheet's tokens, which come from maps/style.py. */
const style = getComputedStyle(document.documentElement)
/** Tokens never change, and to ask the page for one has it work out its styles here and now. */
const known = new Map<string, string>()

export function token(name: string): string {
  let found = known.get(name)
  if (found === undefined) known.set(name, (found = style.getPropertyValue(`--${name}`).trim()))
  return found
}
