// Graphic order: places pressed one after the other; each shows its rank, and the row below can still be changed.

import { button, h, style } from '../element.js'
import { words } from '../words.js'
import { byList, nameOf } from './chips.js'
import { ranking } from './ranking.js'
import { takeSpots } from './spots.js'

export async function bind(root, context) {
  await style('places')
  const { spots } = takeSpots(root, (line) => {
    const label = nameOf(line, '')
    const control = button('spot-button', () => row.press(things.find((thing) => thing.control === control)))
    control.label = /^\d+$/.test(label) ? words.place(label) : label
    line.replaceChildren(control)
    return control
  })
  const things = spots.map(({ line, control, group }) => {
    const listed = button('chip', () => row.press(things.find((thing) => thing.listed === listed)), control.label)
    return { name: line.dataset.choice, label: control.label, control, group, listed }
  })
  const row = ranking(root, context, { things, help: words.rankHelp, draw: show })
  const chips = h('ul', { class: 'qti-associables' }, things.map(({ listed }) => h('li', {}, listed)))
  root.append(row.list, byList('', chips))
  row.write(null)

  function show(chosen) {
    for (const thing of things) {
      const rank = chosen.indexOf(thing) + 1
      const { control, listed } = thing
      control.replaceChildren(...(rank ? [h('span', { class: 'spot-rank' }, rank)] : []))
      control.setAttribute('aria-label', rank ? words.ranked(thing.label, rank) : thing.label)
      for (const one of [control, listed]) one.setAttribute('aria-pressed', rank > 0)
      thing.group.classList.toggle('is-on', rank > 0)
    }
  }

  return row
}
