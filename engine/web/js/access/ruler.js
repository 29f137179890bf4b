// The ruler: all but a few lines is shaded. It follows the mouse, a finger on its handle, the arrow keys, the focus.

import { byId, h } from '../element.js'
import { looksOf } from './looks.js'
import { phrases } from './phrases.js'

const LINES = 3.2
const STEP_PX = 24

let ruler = null

export function equip({ sitting }) {
  const isWanted = looksOf(sitting.state).on.includes('line-reader')
  if (isWanted && !ruler) ruler = new Ruler()
  if (!isWanted && ruler) ruler = ruler.take()
}

class Ruler {
  constructor() {
    this.handle = h('button', {
      type: 'button',
      class: 'ruler-handle',
      role: 'slider',
      'aria-orientation': 'vertical',
      'aria-label': phrases.rulerHelp,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    })
    const above = h('div', { class: 'shade' })
    const below = h('div', { class: 'shade' })
    this.element = h('div', { class: 'ruler' }, above, h('div', { class: 'slit' }, this.handle), below)
    this.above = above
    byId('page').append(this.element)
    this.ending = new AbortController()
    this.listen()
    this.move(innerHeight / 3)
  }

  listen() {
    const { signal } = this.ending
    const on = (target, name, act) => target.addEventListener(name, act, { signal })
    let isHeld = false
    on(document, 'pointermove', ({ clientY, pointerType }) => {
      if (isHeld || pointerType === 'mouse') this.move(clientY)
    })
    on(this.handle, 'pointerdown', ({ pointerId }) => {
      isHeld = true
      this.handle.setPointerCapture(pointerId)
    })
    for (const name of ['pointerup', 'pointercancel']) on(this.handle, name, () => (isHeld = false))
    on(this.handle, 'keydown', (event) => {
      const step = { ArrowUp: -STEP_PX, ArrowDown: STEP_PX, PageUp: -STEP_PX * 4, PageDown: STEP_PX * 4 }[event.key]
      if (!step) return
      event.preventDefault()
      this.move(this.y + step)
    })
    on(document, 'focusin', ({ target }) => {
      const { top, bottom } = target.getBoundingClientRect()
      if (target.closest('.sheet') && target.matches(':focus-visible')) this.move((top + bottom) / 2)
    })
  }

  move(y) {
    const line_px = parseFloat(getComputedStyle(document.body).fontSize) * 1.6
    this.y = Math.max(0, Math.min(innerHeight, y))
    this.element.style.setProperty('--slit', `${Math.round(line_px * LINES)}px`)
    this.above.style.height = `${Math.max(0, Math.round(this.y - (line_px * LINES) / 2))}px`
    this.handle.setAttribute('aria-valuenow', Math.round((100 * this.y) / innerHeight))
    this.handle.setAttribute('aria-valuetext', phrases.rulerAt(Math.round((100 * this.y) / innerHeight)))
  }

  take() {
    this.ending.abort()
    this.element.remove()
    return null
  }
}

/** A page that is built anew takes the ruler away; it comes back with the next question. */
new MutationObserver(() => {
  if (ruler && !ruler.element.isConnected) {
    ruler.take()
    ruler = null
  }
}).observe(document.getElementById('page'), { childList: true })
