import { createApp } from 'vue'
import App from '@/App.vue'
import { followLinks } from '@/frame/links'
import { hasChinese, useOwnFont } from '@/fonts'
import { canDraw } from '@/map/webgl'
import { router } from '@/router'
import { afterFrame } from '@/map/frames'
import { coverage } from '@/state/figures'
import { followAddress, view } from '@/state/view'
import { i18n, loadWords } from '@/words'
import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/element.css'
import '@/styles/print.css'

/** For so long the page waits for the first answer, and then for the first tiles. */
const [ANSWER_MS, TILES_MS] = [700, 1500]
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

followAddress(router)
followLinks()
const app = createApp(App).use(router).use(i18n)
// The first words come with the first page; nothing is shown before it can be read.
if (!hasChinese()) void useOwnFont()
const known = router.isReady()
const map = canDraw.value ? begin() : Promise.resolve()
void known.then(() => Promise.race([map, waitedLong()])).then(() => app.mount('#app'))

/** The map first, which is the largest part; the page around it when that stands. */
async function begin(): Promise<void> {
  const [{ beginMap }] = await Promise.all([
    import('@/map/begin'),
    loadWords('frame', view.language),
    import('@/map/MapStage.vue'),
  ])
  await beginMap(document.querySelector('#app .stage'))
  await afterFrame()
}

/** A server that takes its time, as with a date that nobody has asked for, holds nothing else up. */
async function waitedLong(): Promise<void> {
  await sleep(ANSWER_MS)
  if (coverage.value) await sleep(TILES_MS)
}
