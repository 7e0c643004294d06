import { createApp } from 'vue'
import App from '@/App.vue'
import { router } from '@/router'
import { followAddress } from '@/state/view'
import { i18n } from '@/words'
import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/element.css'
import '@/styles/print.css'

followAddress(router)
createApp(App).use(router).use(i18n).mount('#app')
