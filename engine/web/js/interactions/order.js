// Order: a list with buttons up and down, and a handle to drag. Untouched it is no answer, until the pupil says so.

import { button, h, icon } from '../element.js'
import { arrange } from '../item.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { draggable } from './drag.js'

export function bind(root, context) {
  const list = root.querySelector('.qti-order')
  arrange(list, context.order)
  const first = [...list.children].map((line) => line.dataset.choice)
  const confirm = button('plain', () => act(), icon('check'), words.orderIsRight)
  let isGiven = false
  list.after(confirm)
  for (const line of list.children) furnish(line)

  function furnish(line) {
    const grip = h('span', { class: 'grip', title: words.drag }, icon('grip'))
    line.label = line.textContent.trim().slice(0, 60)
    line.prepend(h('span', { class: 'rank', 'aria-hidden': 'true' }))
    line.append(h('span', { class: 'moves' }, step(line, 'up', words.moveUp), step(line, 'down', words.moveDown)), grip)
    draggable(line, grip, { over: (x, y) => insertAt(line, y), drop: () => act(line), follows: false })
  }

  function step(line, direction, title) {
    const move = () => {
      const other = direction === 'up' ? line.previousElementSibling : line.nextElementSibling
      if (!other) return
      direction === 'up' ? other.before(line) : other.after(line)
      act(line)
      element.focus()
    }
    const element = button('step ' + direction, move, icon(direction))
    element.title = title
    element.setAttribute('aria-label', `${title} : ${line.label}`)
    return element
  }

  /** The line that is dragged takes the place of the one it is over. */
  function insertAt(line, y) {
    const lines = [...list.children]
    const other = lines.find((one) => {
      const { top, bottom } = one.getBoundingClientRect()
      return one !== line && y >= top && y <= bottom
    })
    if (!other) return
    lines.indexOf(other) < lines.indexOf(line) ? other.before(line) : other.after(line)
    number()
  }

  function number() {
    const lines = [...list.children]
    lines.forEach((line, index) => {
      line.querySelector('.rank').textContent = index + 1
      line.querySelector('.up').classList.toggle('is-off', index === 0)
      line.querySelector('.down').classList.toggle('is-off', index === lines.length - 1)
    })
    list.classList.toggle('is-given', isGiven)
    confirm.hidden = isGiven
    context.note(isGiven ? '' : words.orderHelp)
  }

  function act(line) {
    isGiven = true
    number()
    if (line) say(words.nowAt(line.label, [...list.children].indexOf(line) + 1, list.children.length), true)
    else list.querySelector('.step').focus()
    context.changed()
  }

  number()
  return {
    read: () => (isGiven ? [...list.children].map((line) => line.dataset.choice) : null),
    write(value) {
      isGiven = Boolean(value)
      arrange(list, value || first)
      number()
    },
  }
}
