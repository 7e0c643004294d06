/** Two maps of two dates under one camera. */
import type { Coverage, CoverageRow } from '@/api/types'
import type { Division } from '@/state/divisions'
import type { Atlas } from '@/map/atlas'

/** The second follows the first. */
export function together(first: Atlas, second: Atlas): void {
  const follow = (): void => {
    second.map.jumpTo({ center: first.map.getCenter(), zoom: first.map.getZoom() })
  }
  first.map.on('move', follow)
  second.map.once('remove', () => first.map.off('move', follow))
}

export async function drawBeside(
  second: Atlas,
  past: Coverage,
  colours: readonly string[],
  divisions: readonly Division[],
  rowOf: Map<string, CoverageRow>,
  code: string,
): Promise<void> {
  await second.useSnapshot(past.snapshot, past.tile_tags)
  second.outline(code)
  void second.paint(past.level, past.rows, colours)
  await second.label(divisions, rowOf)
}
