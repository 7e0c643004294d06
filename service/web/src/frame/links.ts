/** Links to our own pages are steps of the view; all else that is asked of a link is the browser's. */
import { pages, router } from '@/router'
import { visit } from '@/state/view'

/** Whether another tab, another window or a download is asked for. */
const isSpecial = (event: MouseEvent): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey

export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || event.defaultPrevented || isSpecial(event)) return
    if (link.target || link.download || link.hash || link.origin !== location.origin) return
    if (!pages.some(({ path }) => path === link.pathname)) return
    event.preventDefault()
    const { path, query } = router.resolve(link.pathname + link.search)
    void visit({ path, query })
  })
}
