// Order: a list with buttons up and down, and a handle to drag. Untouched it is no answer, until the pupil says so.

import { button, icon } from '../element.js'
import { arrange } from '../item.js'
import { load } from '../load.js'
import { words } from '../words.js'
import { movable } from './lines.js'

export async function bind(root, context) {
  if (root.dataset.max) return (await load('./interactions/part.js')).bind(root, context)
  const list = root.querySelector('.qti-order')
  arrange(list, context.order)
  const first = [...list.children].map((line) => line.dataset.choice)
  const confirm = button('plain', () => act(), icon('check'), words.orderIsRight)
  const lines = movable(list, act)
  let isGiven = false
  list.after(confirm)
  for (const line of list.children) lines.furnish(line)

  function show() {
    lines.number()
    list.classList.toggle('is-given', isGiven)
    confirm.hidden = isGiven
    context.note(isGiven ? '' : words.orderHelp)
  }

  function act(line) {
    isGiven = true
    show()
    if (line) lines.announce(line)
    else list.querySelector('.step').focus()
    context.changed()
  }

  show()
  return {
    read: () => (isGiven ? [...list.children].map((line) => line.dataset.choice) : null),
    write(value) {
      isGiven = Boolean(value)
      arrange(list, value || first)
      show()
    },
  }
}
