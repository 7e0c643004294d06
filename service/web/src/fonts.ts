/**
 * Chinese letters on machines that have none: Noto Sans SC, in the parts that a page uses. Machines
 * with a Chinese font, which is nearly all, fetch nothing.
 */

/** Whether some font of this machine draws Chinese, rather than a box for what is missing. */
export function hasChinese(): boolean {
  const [one, missing] = ['永', '\u{10FFFD}'].map(drawn)
  return one !== missing
}

function drawn(letter: string): string {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  pen.font = `20px ${getComputedStyle(document.body).fontFamily}`
  pen.fillText(letter, 2, 24)
  return pen
    .getImageData(0, 0, 32, 32)
    .data.filter((_, i) => i % 4 === 3)
    .join('')
}

/** Let the page use the font; its parts come as letters are seen. */
export async function useOwnFont(): Promise<void> {
  await Promise.all([
    import('@fontsource/noto-sans-sc/400.css'),
    import('@fontsource/noto-sans-sc/600.css'),
  ])
}

export interface Face {
  url: string
  'unicode-range': string[]
}

/** The same font for the map's labels, part by part. */
export async function ownFaces(): Promise<Face[]> {
  const { default: css } = await import('@fontsource/noto-sans-sc/400.css?inline')
  return [...css.matchAll(/url\(["']?([^"')]+\.woff2)["']?\)[^}]*?unicode-range:\s*([^;}]+)/g)].map(
    ([, url, ranges]) => ({
      url: new URL(url!, location.href).href,
      'unicode-range': ranges!.split(',').map((range) => range.trim().toUpperCase()),
    }),
  )
}
