/** The register's names of columns in the words that people know them by. */
import { definitions } from '@/state/definitions'
import { i18n, say } from '@/words'

/** The header of a column; what is no column of that kind of file stays as it is. */
export function headerOf(kind: string | null, column: string): string {
  if (column === 'geometry') return i18n.global.t('imports.geometry')
  const columns = definitions.value?.file_kinds.find(({ id }) => id === kind)?.columns
  return say(columns?.find(({ id }) => id === column)?.words) || column
}
