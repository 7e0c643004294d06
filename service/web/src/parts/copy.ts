/** Copy the address of the view, pinned to its snapshot, so that it shows the same figures for ever. */
import { ElMessage } from 'element-plus/es/components/message/index'
import 'element-plus/theme-chalk/el-message.css'
import { router } from '@/router'
import { snapshot } from '@/state/figures'
import { addressOf } from '@/state/view'
import { i18n } from '@/words'

export async function copyAddress(): Promise<void> {
  const { path, query: now } = router.currentRoute.value
  const pinned = addressOf(path, { snapshot: snapshot.value.slice(0, 16), asOf: '' })
  const { query } = router.resolve(pinned)
  const { href } = router.resolve({ path, query: { ...now, ...query } })
  const { t } = i18n.global
  try {
    await navigator.clipboard.writeText(new URL(href, location.origin).href)
    ElMessage({ type: 'success', message: t('frame.copied'), duration: 2500 })
  } catch {
    ElMessage({ type: 'warning', message: t('frame.notCopied'), duration: 5000 })
  }
}
