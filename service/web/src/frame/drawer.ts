/** What the drawer can show, by the kind of what is chosen; each takes the key as `code`. */
import { defineAsyncComponent, type Component } from 'vue'

export const drawers: Record<string, Component> = {
  suggestion: defineAsyncComponent(() => import('@/pages/takeover/SuggestionCard.vue')),
  case: defineAsyncComponent(() => import('@/pages/takeover/CaseCard.vue')),
  compound: defineAsyncComponent(() => import('@/pages/compounds/CompoundCard.vue')),
}
