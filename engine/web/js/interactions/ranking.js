// A row of chosen things, in the pupil's order: things are chosen elsewhere, moved and taken out here.

import { DRAWINGS, button, h, icon } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { copyOf, explain, rule } from './chips.js'
import { movable } from './lines.js'

DRAWINGS.remove = 'M6 6l12 12M18 6L6 18'

/** `things` are { name, label, nodes, control }; `draw(chosen)` shows their ranks where they are chosen. */
export function ranking(root, context, { things, help, draw }) {
  const list = h('ol', { class: 'qti-order is-given', 'aria-label': words.yourOrder })
  const lines = movable(list, moved)
  let chosen = []

  function press(thing) {
    const isOut = chosen.includes(thing)
    const reason = !isOut && context.max && chosen.length >= context.max
    if (reason) return show(root.dataset.maxSelectionsMessage || words.tooMany(context.max))
    chosen = isOut ? chosen.filter((one) => one !== thing) : [...chosen, thing]
    say(isOut ? words.takenOut(thing.label) : words.nowAt(thing.label, chosen.length, chosen.length), true)
    show()
    context.changed()
  }

  function moved(line) {
    chosen = [...list.children].map(({ thing }) => thing)
    lines.number()
    draw(chosen)
    lines.announce(line)
    context.changed()
  }

  function show(reason) {
    list.replaceChildren(...chosen.map(lineOf))
    list.hidden = !chosen.length
    lines.number()
    draw(chosen)
    if (reason) explain(root, context, reason)
    else context.note([help, rule(root, context, chosen.length, things.length)].filter(Boolean).join(' '))
  }

  function lineOf(thing) {
    const name = thing.nodes ? [h('span', { class: 'unseen' }, thing.label), copyOf(thing.nodes)] : thing.label
    const line = h('li', {}, h('span', { class: 'qti-choice' }, name))
    line.thing = thing
    line.label = thing.label
    lines.furnish(line)
    const leave = () => {
      press(thing)
      thing.control.focus()
    }
    const away = button('away', leave, icon('remove'))
    away.title = words.remove
    away.setAttribute('aria-label', `${words.remove} : ${thing.label}`)
    line.append(away)
    return line
  }

  return {
    list,
    press,
    read: () => (chosen.length ? chosen.map(({ name }) => name) : null),
    write(value) {
      chosen = (value || []).map((name) => things.find((thing) => thing.name === name)).filter(Boolean)
      show()
    },
  }
}
