// The test on the screen: one question at a time, its passage beside it, the way on below.

import { button, byId, focusOn, h, icon, show } from './element.js'
import { mount } from './item.js'
import { words } from './words.js'

const PATIENCE_MS = 500 // before "it comes soon" is shown

export class Paper {
  constructor(sitting, turn) {
    this.sitting = sitting
    this.turn = turn
    sitting.on('answers', () => this.update())
    sitting.on('status', () => this.update())
    // The browser's "back" never leaves the test.
    history.pushState(1, '')
    addEventListener('popstate', () => {
      history.pushState(1, '')
      if (this.isOpen && this.index) this.go(this.index - 1)
    })
  }

  get isOpen() {
    return document.body.matches('.on-test')
  }

  open() {
    const { items, state } = this.sitting
    this.previous = button('turn previous', () => this.go(this.index - 1), icon('left'), h('span', {}, words.previous))
    this.place = h('span', {})
    const map = button('turn middle', () => this.turn.openMap(), icon('grid'), h('span', { class: 'wide' }, words.map), this.place)
    map.setAttribute('aria-haspopup', 'dialog')
    this.next = button('turn next', () => this.forward(), h('span', {}), icon('right'))
    this.progress = h('div', { class: 'progress', 'aria-hidden': 'true' }, items.map(() => h('i')))
    this.question = h('article', { class: 'question' })
    this.sheet = h('div', { class: 'sheet' }, this.question)
    this.passageKey = ''
    byId('title').textContent = state.session.title
    show('test', state.session.title, this.progress, this.sheet, h('nav', { class: 'turns', 'aria-label': words.map }, this.previous, map, this.next))
  }

  forward() {
    return this.index + 1 < this.sitting.items.length ? this.go(this.index + 1) : this.turn.finish()
  }

  async go(index) {
    const { sitting } = this
    const entry = sitting.items[index]
    const { item, section, number } = entry
    if (!this.isOpen) this.open()
    this.index = index
    sitting.look(item)
    this.heading = h('h1', {}, words.question(number, sitting.items.length))
    this.marker = button('mark', () => sitting.mark(item), icon('flag'), h('span'))
    this.section = h('p', { class: 'section', 'data-section': section })
    this.problem = h('p', { class: 'error', role: 'alert' })
    this.body = h('div', { class: 'body' })
    this.clear = null
    this.question.replaceChildren(
      h('div', { class: 'head' }, h('div', {}, this.section, this.heading), this.marker),
      this.problem,
      this.body,
    )
    this.update()
    focusOn(this.heading)
    const soon = setTimeout(() => this.body.append(h('p', { class: 'waiting', role: 'status' }, words.comesSoon)), PATIENCE_MS)
    try {
      const changed = (response) => sitting.answer(item, response)
      const mounted = await mount(entry, sitting.content, sitting.state.answers[item], changed)
      if (this.index === index) this.fill(item, mounted)
    } catch (problem) {
      console.error(problem)
      if (this.index === index) this.body.replaceChildren(h('p', { class: 'error', role: 'alert' }, words.cannotRead))
    }
    clearTimeout(soon)
  }

  fill(item, { element, passages, asks, clear }) {
    this.sitting.state.asks[item] = asks
    const wipe = () => {
      clear()
      focusOn(this.heading)
    }
    this.clear = button('plain clear', wipe, words.clear)
    this.body.replaceChildren(element, this.clear)
    this.layPassages(passages)
    this.update()
  }

  /** A passage of the question before stays as far as it was read. */
  layPassages(passages) {
    const key = passages.map(({ id }) => id).join()
    if (key === this.passageKey) {
      if (key && innerWidth < 640) this.question.previousSibling.open = false // it was read; the question comes first
      return
    }
    this.passageKey = key
    this.question.previousSibling && this.question.previousSibling.remove()
    this.sheet.classList.toggle('has-passage', passages.length > 0)
    if (!passages.length) return
    const text = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.passage }, passages.map(({ element }) => element))
    this.question.before(h('details', { class: 'passages', open: true }, h('summary', {}, words.passage), text))
  }

  update() {
    if (!this.isOpen) return
    const { sitting, index } = this
    const { items, state, header } = sitting
    const { item, section, number } = items[index]
    const isMarked = sitting.isMarked(item)
    const titled = header && header.sections.find(({ id }) => id === section)
    const isLast = number === items.length
    this.section.textContent = titled ? titled.title : ''
    this.marker.setAttribute('aria-pressed', isMarked)
    this.marker.lastChild.textContent = words.mark
    this.problem.textContent = state.box.aside[item] ? words.aside : ''
    this.previous.disabled = !index
    this.place.textContent = `${number} / ${items.length}`
    this.next.firstChild.textContent = isLast ? words.finish : words.next
    if (this.clear) this.clear.hidden = sitting.stateOf(item) === 'none' || !state.asks[item]
    items.forEach((entry, place) => {
      this.progress.children[place].className = `is-${sitting.stateOf(entry.item)} ${place === index ? 'is-here' : ''}`
    })
  }
}
