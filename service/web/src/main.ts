import { createApp } from 'vue'
import App from '@/App.vue'
import { hasChinese, useOwnFont } from '@/fonts'
import { canDraw } from '@/map/webgl'
import { router } from '@/router'
import { followAddress } from '@/state/view'
import { i18n } from '@/words'
import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/element.css'
import '@/styles/print.css'

// The map is the largest part: it is on its way while the page finds out what to show.
if (canDraw.value) void import('@/map/MapStage.vue')

followAddress(router)
const app = createApp(App).use(router).use(i18n)
// The first words come with the first page; nothing is shown before it can be read.
if (!hasChinese()) void useOwnFont()
void router.isReady().then(() => app.mount('#app'))
