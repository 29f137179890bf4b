// What a question carries besides itself: the mark to come back to it, its trouble, and the progress of the test.

import { equip } from './access/tools.js'
import { button, h, icon } from './element.js'
import { load } from './load.js'
import { isMarked, mark, stateOf } from './progress.js'
import { words } from './words.js'

/** Called at each change of the question or of the answers. */
export function adorn(paper) {
  const { sitting, sheet, head, progress, index } = paper
  equip(paper)
  const { items, state } = sitting
  const { item, control = {} } = items[index]
  if (!head.marker) {
    head.marker = button('mark', () => mark(sitting, item), icon('flag'), words.mark)
    head.trouble = h('p', { class: 'error', role: 'alert' })
    head.append(head.marker)
    head.after(head.trouble)
  }
  head.marker.setAttribute('aria-pressed', isMarked(sitting, item))
  head.trouble.textContent = state.box.aside[item] ? words.aside : ''
  // What scrolls can be reached by the keyboard.
  for (const wide of sheet.querySelectorAll('table, [class*=writing-mode-v]')) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0
  }
  if (control.allow_comment) load('./comment.js').then(({ addComment }) => addComment(paper, item), console.warn)
  const { over } = (state.views || {})[item] || {}
  if (control.show_solution && over) {
    load('./solution.js').then(({ offerSolution }) => offerSolution(paper, items[index]), console.warn)
  }
  progress.append(...items.slice(progress.children.length).map(() => h('i')))
  items.forEach((entry, place) => {
    progress.children[place].className = `is-${stateOf(sitting, entry.item)} ${place === index ? 'is-here' : ''}`
  })
}
