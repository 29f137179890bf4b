// One question at a time, its passage beside it, the way on below.

import { rest } from './api.js'
import { button, byId, focusOn, h, icon, show } from './element.js'
import { LineDown, mount } from './item.js'
import { speakMore, words } from './words.js'

const PATIENCE_MS = 500 // before "it comes soon" is shown
const RETRY_MS = 10_000

export class Paper {
  constructor(sitting, turn) {
    this.sitting = sitting
    this.turn = turn
    sitting.on('answers', () => this.update())
    sitting.on('status', () => this.update())
    sitting.on('view', (item) => this.isOpen && sitting.items[this.index].item === item && this.go(this.index))
  }

  get isOpen() {
    return this.sitting.paper === this && document.body.matches('.on-test')
  }

  open() {
    const { items, state } = this.sitting
    this.sitting.paper = this
    this.previous = button('turn previous', () => this.back(), icon('left'), h('span', {}, words.previous))
    this.place = h('span', {})
    const title = h('span', { class: 'wide' }, words.map)
    const map = button('turn middle', () => this.turn.openMap(), icon('grid'), title, this.place)
    map.setAttribute('aria-haspopup', 'dialog')
    this.next = button('turn next', () => this.forward(), h('span', {}), icon('right'))
    this.progress = h('div', { class: 'progress', 'aria-hidden': 'true' })
    this.question = h('article', { class: 'question' })
    this.sheet = h('div', { class: 'sheet' }, this.question)
    byId('title').textContent = state.session.title
    const turns = h('nav', { class: 'turns', 'aria-label': words.map }, this.previous, map, this.next)
    show('test', state.session.title, this.progress, this.sheet, turns)
  }

  /** At the question where the pupil was. */
  begin() {
    const { items, state } = this.sitting
    return this.go(Math.max(0, items.findIndex(({ item }) => item === state.at)))
  }

  /** To the question that was on the screen. */
  resume() {
    return this.go(this.index)
  }

  back() {
    if (this.index) this.go(this.index - 1)
  }

  forward() {
    return this.index + 1 < this.sitting.items.length ? this.go(this.index + 1) : this.turn.finish()
  }

  async go(index) {
    const { sitting } = this
    const entry = sitting.items[index]
    const { item, number } = entry
    if (!this.isOpen) this.open()
    this.index = index
    this.look(item)
    this.heading = h('h1', {}, words.question(number, sitting.items.length))
    this.section = h('p', { class: 'section' })
    this.head = h('div', { class: 'head' }, h('div', {}, this.section, this.heading))
    const body = h('div', { class: 'body' })
    this.body = body
    this.clear = null
    this.question.replaceChildren(this.head, body)
    this.update()
    focusOn(this.heading)
    const sayWait = () => body.append(h('p', { class: 'waiting', role: 'status' }, words.comesSoon))
    const soon = setTimeout(sayWait, PATIENCE_MS)
    try {
      const mounted = await this.mount(entry)
      if (this.body === body) this.fill(mounted)
    } catch (problem) {
      if (this.body !== body) return
      const isLine = problem instanceof LineDown || !(await speakMore())
      if (!isLine) console.error(problem)
      const text = isLine ? words.comesSoon : words.cannotRead
      body.replaceChildren(h('p', { class: 'error', role: 'alert' }, text))
      if (isLine) rest(RETRY_MS).then(() => this.isOpen && this.body === body && this.go(index))
    } finally {
      clearTimeout(soon)
    }
  }

  look(item) {
    this.sitting.look(item)
  }

  mount(entry) {
    const { sitting } = this
    const changed = (response) => sitting.answer(entry.item, response)
    return mount(entry, sitting.content, sitting.state.answers[entry.item], changed, sitting)
  }

  fill({ element, passages, clear, attempts }) {
    const wipe = () => {
      clear()
      focusOn(this.heading)
    }
    this.clear = attempts && attempts.isOver ? null : button('plain clear', wipe, words.clear)
    this.body.replaceChildren(...[element, this.clear].filter(Boolean))
    if (passages) passages.lay(this)
    else if (this.question.previousSibling) {
      this.question.previousSibling.remove()
      this.sheet.className = 'sheet'
    }
    this.update()
    if (attempts) attempts.shown()
  }

  update() {
    if (!this.isOpen) return
    const { sitting, index } = this
    const { items, state, header } = sitting
    const { item, section, number } = items[index]
    const titled = header && header.sections.find(({ id }) => id === section)
    const isLast = number === items.length
    this.section.textContent = titled ? titled.title : ''
    this.previous.disabled = !index
    this.place.textContent = `${number} / ${items.length}`
    this.next.firstChild.textContent = isLast ? words.finish : words.next
    const { response = {} } = state.answers[item] || {}
    if (this.clear) this.clear.hidden = Object.values(response).every((value) => value === null)
    if (this.adorn) this.adorn(this)
  }
}
