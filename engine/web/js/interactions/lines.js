// Lines of a list that change places: buttons up and down, a handle to drag, and what is said of it.

import { button, h, icon } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { LONG, nameOf } from './chips.js'
import { draggable } from './drag.js'

/** `moved(line)` is told after each move by the pupil. Gives { furnish, number, announce }. */
export function movable(list, moved) {
  function furnish(line) {
    const grip = h('span', { class: 'grip', title: words.drag }, icon('grip'))
    line.label = line.label || nameOf(line, '').slice(0, 60)
    line.classList.toggle('is-long', line.textContent.trim().length > LONG)
    line.prepend(h('span', { class: 'rank', 'aria-hidden': 'true' }))
    line.append(h('span', { class: 'moves' }, step(line, 'up', words.moveUp), step(line, 'down', words.moveDown)), grip)
    draggable(line, grip, { over: (x, y) => insertAt(line, y), drop: () => moved(line), follows: false })
    return line
  }

  function step(line, direction, title) {
    const move = () => {
      const other = direction === 'up' ? line.previousElementSibling : line.nextElementSibling
      if (!other) return
      direction === 'up' ? other.before(line) : other.after(line)
      moved(line)
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
  }

  const announce = (line) =>
    say(words.nowAt(line.label, [...list.children].indexOf(line) + 1, list.children.length), true)
  return { furnish, number, announce }
}
