/** Whether this browser can draw the map; asked once. */
export const canDraw: boolean = hasWebGl2()

function hasWebGl2(): boolean {
  if (new URLSearchParams(location.search).has('plain')) return false
  try {
    const context = document.createElement('canvas').getContext('webgl2')
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return context !== null
  } catch {
    return false
  }
}
