// Order a part: labels to choose from, pressed one after the other, and the row that they make.

import { h, style } from '../element.js'
import { words } from '../words.js'
import { takeChips } from './chips.js'
import { ranking } from './ranking.js'

export async function bind(root, context) {
  await style('places')
  const bank = root.querySelector('.qti-order')
  bank.className = 'qti-associables'
  const things = takeChips(bank, context.order, (thing) => row.press(thing))
  const row = ranking(root, context, { things, help: words.partHelp, draw: show })
  root.append(h('p', { class: 'row-title' }, words.yourOrder), row.list)
  row.write(null)

  function show(chosen) {
    for (const thing of things) {
      const isIn = chosen.includes(thing)
      thing.control.setAttribute('aria-pressed', isIn)
      thing.control.classList.toggle('is-spent', isIn)
    }
  }

  return row
}
