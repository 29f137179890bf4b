// Questions that are closed, looked at again: as they were left, read only, with the solution where it is shown.

import { equip } from './access/tools.js'
import { addComment } from './comment.js'
import { button, h, icon } from './element.js'
import { mount } from './item.js'
import { Paper } from './paper.js'
import { offerSolution } from './solution.js'
import { words } from './words.js'

/** `entries`: what may be read, `entry`: where to begin, `leave`: what leads back. */
export function read(sitting, entries, entry, leave) {
  sitting.look(null)
  sitting.reading = sitting.reading || new Reading(sitting)
  return sitting.reading.begin(entries, entry, leave)
}

class Reading extends Paper {
  begin(entries, entry, leave) {
    Object.assign(this, { entries, leave })
    this.open()
    return this.go(this.sitting.items.indexOf(entry))
  }

  open() {
    super.open()
    const middle = document.querySelector('.turn.middle')
    const back = button('turn middle', () => this.leave(), icon('grid'), h('span', { class: 'wide' }, words.goBack), this.place)
    back.title = words.goBack
    middle.replaceWith(back)
  }

  /** Time is not counted, and the pupil's place in the test stays. */
  look() {}

  mount(entry) {
    const { content, state } = this.sitting
    return mount(entry, content, state.answers[entry.item], () => {}, this.sitting, true)
  }

  step(by) {
    const place = this.entries.indexOf(this.sitting.items[this.index]) + by
    return this.entries[place]
  }

  back() {
    const entry = this.step(-1)
    if (entry) this.go(this.sitting.items.indexOf(entry))
  }

  forward() {
    const entry = this.step(1)
    return entry ? this.go(this.sitting.items.indexOf(entry)) : this.leave()
  }

  fill(mounted) {
    super.fill({ ...mounted, attempts: null })
    const { body, sitting, index } = this
    const entry = sitting.items[index]
    const { control = {} } = entry
    this.clear.remove()
    this.clear = null
    mounted.element.classList.add('is-read')
    body.prepend(h('div', { class: 'closed-note' }, words.closedNote, button('plain', () => this.leave(), words.goBack)))
    if (control.show_solution) offerSolution(this, entry)
    if (control.allow_comment) addComment(this, entry.item, true)
    equip(this)
  }

  update() {
    if (!this.isOpen) return
    super.update()
    this.previous.disabled = !this.step(-1)
    this.next.firstChild.textContent = this.step(1) ? words.next : words.goBack
  }
}
