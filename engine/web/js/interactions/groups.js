// Which things may go together, and how often one must be used: what their author wrote on them.

import { words } from '../words.js'

/** `together(one, other)` by name: neither has a group that leaves the other out. */
export function groupsOf({ dataset }) {
  const entries = (dataset.matchGroup || '').split(' ').filter(Boolean).map((entry) => entry.split(':'))
  const groups = new Map(entries.map(([name, others]) => [name, others.split(',')]))
  const admits = (one, other) => !groups.has(one) || groups.get(one).includes(other)
  return (one, other) => admits(one, other) && admits(other, one)
}

/** What must still be used, in a sentence; nothing where all is. `pairs` are "abcd efgh". */
export function leastUse(root, pairs, labelOf) {
  const used = (name) => pairs.filter((pair) => pair.split(' ').includes(name)).length
  const short = [...root.querySelectorAll('[data-match-min]')].find(({ dataset }) => {
    return used(dataset.choice || dataset.gap) < Number(dataset.matchMin)
  })
  if (!short || !pairs.length) return ''
  return words.mustServe(labelOf(short.dataset.choice || short.dataset.gap), Number(short.dataset.matchMin))
}
