/** The page on paper: the map as the picture that stands alone, for a screen's drawing is cut there. */
import { drawPicture } from '@/map/image'

export async function printPage(): Promise<void> {
  const picture = await drawPicture()
  if (picture) {
    picture.className = 'print-map'
    document.querySelector('.frame > .stage')?.append(picture)
    const end = (): void => picture.remove()
    addEventListener('afterprint', end, { once: true })
  }
  window.print()
}
