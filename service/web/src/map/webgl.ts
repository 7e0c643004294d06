/** Whether this browser draws the map: it has WebGL 2, and until drawing fails. */
import { ref } from 'vue'

const plain = new URLSearchParams(location.search).has('plain')

/**
 * Asked without making a context, which takes long: where the class is there and a context is not,
 * the map says so when it starts, and the plain page stands in its place.
 */
export const canDraw = ref(!plain && 'WebGL2RenderingContext' in window)
