import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { loadWords } from '@/words'

declare module 'vue-router' {
  interface RouteMeta {
    /** File of words, and the name of the page in the frame's words. */
    page: string
    /** Width of the panel in pixels; 360 if not said. */
    width?: number
  }
}

/** A page is a panel beside the map, which stays. */
export const pages: RouteRecordRaw[] = [
  {
    path: '/',
    meta: { page: 'overview' },
    component: () => import('@/pages/overview/OverviewPage.vue'),
  },
  {
    path: '/compounds',
    meta: { page: 'compounds', width: 420 },
    component: () => import('@/pages/compounds/CompoundsPage.vue'),
  },
  {
    path: '/takeover',
    meta: { page: 'takeover', width: 420 },
    component: () => import('@/pages/takeover/TakeoverPage.vue'),
  },
  {
    path: '/imports',
    meta: { page: 'imports', width: 480 },
    component: () => import('@/pages/imports/ImportsPage.vue'),
  },
  {
    path: '/reports',
    meta: { page: 'reports' },
    component: () => import('@/pages/reports/ReportsPage.vue'),
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes: [...pages, { path: '/:rest(.*)*', redirect: '/' }],
})

router.beforeResolve(async (to) => {
  const language = to.query.lang === 'en' ? 'en' : 'zh'
  await Promise.all([loadWords('frame', language), loadWords(to.meta.page, language)])
})
