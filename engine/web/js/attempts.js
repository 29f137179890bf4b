// What an item shows this pupil alone: printed values, parts that come and go, and feedback after each attempt. All of
// it comes from the server in a view (`items/views.py`): at the start, and with each attempt.

import { post, rest } from './api.js'
import { close } from './closed.js'
import { button, h, icon, style } from './element.js'
import { elements } from './fragment.js'
import { LineDown } from './item.js'
import { say } from './notice.js'
import { speakMore, words } from './words.js'

const VIEWS_MS = 2000 // then what this device knows is shown

/** The item whose attempt this page has sent: its feedback is announced when it comes. */
let awaited = null

/** Before the controls come to life; gives what the question needs to know of its attempts, or null. */
export async function dress(element, item, sitting) {
  await Promise.all([style('attempts'), speakMore()])
  const view = await viewOf(item, sitting)
  openFeedback(element, view)
  hideParts(element, view.shown || [])
  for (const place of element.querySelectorAll('[data-printed]')) {
    const text = (view.printed || {})[place.dataset.printed] || ''
    place.textContent = place.localName === 'mn' ? text.replace('-', '\u2212') : text
  }
  const root = element.querySelector('[data-attempts]')
  return root && new Attempts(element, item, sitting, view)
}

/** What this device knows, renewed once after a resume: another seat may have made attempts since. */
async function viewOf(item, { state }) {
  if (state.hasOldViews || !state.views || !state.views[item]) {
    const asked = post('attempts', { kind: 'variant' }, state.token).then((reply) => {
      if (!reply.ok) return
      state.views = { ...state.views, ...reply.views }
      state.hasOldViews = false
    })
    await Promise.race([asked, rest(VIEWS_MS)])
  }
  const view = (state.views || {})[item]
  if (!view) throw new LineDown('this question has no values yet')
  return view
}

function openFeedback(element, { feedback = {}, choices = {}, modal = [], media = {} }) {
  const put = (place, name) => {
    place.classList.add('feedback')
    place.append(...elements(feedback[name]))
    for (const picture of place.querySelectorAll('[data-media]')) {
      if (media[picture.dataset.media]) picture.src = address(media[picture.dataset.media])
    }
  }
  // One may stand in another, so each is looked for when the outer one is there.
  for (let place; (place = element.querySelector('[data-feedback]:not([data-open])')); ) {
    place.dataset.open = ''
    const name = place.dataset.feedback
    if (feedback[name]) put(place, name)
    else place.hidden = true
  }
  for (const [name, choice] of Object.entries(choices)) {
    const place = h('span', { class: 'in-choice' })
    besides(element, choice).append(place)
    put(place, name)
  }
  for (const name of modal) {
    const place = h('div', { class: 'below' })
    element.append(place)
    put(place, name)
  }
}

/** Where the words of a choice stand. */
function besides(element, choice) {
  const entry = element.querySelector(`[data-choice="${choice}"]`)
  if (entry) return entry.querySelector('.qti-choice, th') || entry
  const tick = element.querySelector(`input[value="${choice}"]`)
  return tick ? tick.closest('label') : element
}

function address({ type, data }) {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))
  return URL.createObjectURL(new Blob([bytes], { type }))
}

/** A choice that is not there for this pupil goes from lists, rows and columns alike. */
function hideParts(element, shown) {
  for (const part of element.querySelectorAll('[data-template]')) {
    if (shown.includes(part.dataset.template)) continue
    if (part.matches('thead th')) {
      const place = [...part.parentNode.children].indexOf(part)
      for (const row of part.closest('table').querySelectorAll('tbody tr')) row.children[place].remove()
    }
    part.remove()
  }
}

class Attempts {
  constructor(element, item, sitting, view) {
    Object.assign(this, { element, item, sitting, view })
    this.isOver = view.over
    this.button = button('second check', () => this.check(), icon('check'), words.check)
    this.note = h('p', { class: 'hint', role: 'status', tabindex: -1 })
    this.button.hidden = this.isOver
    element.append(h('div', { class: 'attempts' }, this.button, this.note))
    this.say()
  }

  say(text) {
    const { left, over, attempts } = this.view
    const count = over ? attempts > 0 && words.attemptsOver : left !== null && words.attemptsLeft(left)
    this.note.textContent = text || (this.isWaiting ? words.checkOnItsWay : count || '')
  }

  get isWaiting() {
    const { box } = this.sitting.state
    return box.batches.some((batch) => batch.path && batch.n > box.last && batch.items.includes(this.item))
  }

  /** A button that ended an attempt has done its work: the next attempt begins without it. */
  began(controls) {
    for (const { dataset } of this.element.querySelectorAll('[data-interaction="end-attempt"]')) {
      controls[dataset.response].write(null)
    }
  }

  /** When the question stands on the screen. */
  shown() {
    if (this.isOver) {
      close(this.element)
    }
    if (awaited !== this.item || this.isWaiting) return
    awaited = null
    const told = [...this.element.querySelectorAll('.feedback:not([hidden])')]
    say([...told.map((place) => place.textContent.trim()), this.note.textContent].join(' '), true)
    const to = told.find((place) => !place.matches('.in-choice')) || this.note
    to.scrollIntoView({ block: 'center' })
    ;(this.isOver ? this.note : this.button).focus({ preventScroll: true })
  }

  /** What stands there is saved first; only when the line holds does it become an attempt. True if it did. */
  async check() {
    const { item, sitting } = this
    const { response = {} } = sitting.state.answers[item] || {}
    if (this.isChecking || this.isWaiting) return
    if (Object.values(response).every((value) => value === null)) return this.say(words.answerFirst)
    this.isChecking = true
    this.say(words.checking)
    const { outbox } = sitting
    const isMade = Boolean(outbox) && (await outbox.empties())
    if (!isMade) this.say(words.checkNeedsNetwork)
    else {
      freeze(outbox, item)
      awaited = item
      const isEmpty = await outbox.empties()
      // Without a new view it went as an answer: the server could not play it.
      if (!isEmpty || sitting.state.views[item] === this.view) this.say()
    }
    this.isChecking = false
    return isMade
  }
}

/** An attempt is a batch of its own, with a number of the same row, that goes by another address. */
function freeze(outbox, item) {
  const { box, sitting } = outbox
  const n = Math.max(box.top, box.last) + 1
  const answers = [{ ...outbox.entry(item), attempt: true }]
  const body = JSON.stringify({ kind: 'attempt', n, answers, ...outbox.presence() })
  box.batches.push({ n, body, items: [item], full: false, path: 'attempts', frozen_ms: sitting.clock.now() })
  box.top = n
}
