/** What may follow a frame behind: headline, legend and map answer first, what is long comes next. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { afterFrame } from '@/map/frames'

/** One for all that wait for the same frame, so that they change together. */
let frame: Promise<void> | null = null

/** The value of a source, a frame after it is on screen. */
export function later<T>(source: () => T): Readonly<ShallowRef<T>> {
  const own = shallowRef(source()) as ShallowRef<T>
  watch(source, async () => {
    await (frame ??= afterFrame().finally(() => (frame = null)))
    own.value = source()
  })
  return own
}
