// The bar during the test: save state, remaining time, how the page looks.

import { countdown } from './clock.js'
import { button, byId, h, icon } from './element.js'
import { load } from './load.js'
import { say } from './notice.js'
import { words } from './words.js'

const DRAWINGS = { saved: 'check', away: 'check', sending: 'sending', held: 'device', memory: 'device', aside: 'alert' }
const CALLS_MIN = [10, 5, 1]
const SECONDS_FROM_MS = 5 * 60_000

/** null where time is not limited; it stands still during a pause. */
export function remainingOf(sitting) {
  const { paused, session } = sitting.state
  if (!session.deadline_ms) return null
  const left_ms = Math.max(0, session.deadline_ms - sitting.clock.now())
  return (sitting.left_ms = paused && sitting.left_ms ? sitting.left_ms : left_ms)
}

/** `timeUp()` is called when the time is up, and again if it was extended and is up again. */
export function fillBar(sitting, outbox, timeUp) {
  byId('tools').replaceChildren(statusLine(sitting, outbox), timeLine(sitting, timeUp), looksButton(sitting))
}

function statusLine(sitting, outbox) {
  const text = h('span', {})
  const element = h('p', { class: 'status' }, icon('check'), text)
  let shown = ''

  function show(state) {
    if (state === shown) return
    const wasHeld = shown === 'held' || shown === 'memory'
    element.dataset.state = state
    element.firstChild.replaceWith(icon(DRAWINGS[state]))
    text.textContent = words.saving[state]
    text.dataset.short = words.savingShort[state] || words.saving[state]
    if (words.saidOfSaving[state] && (state !== 'saved' || wasHeld)) say(words.saidOfSaving[state])
    shown = state
  }

  function update() {
    const state = outbox.status
    // What waits for the network goes on waiting for it while we try.
    if (state !== 'sending' || (shown !== 'held' && shown !== 'memory')) show(state)
  }
  sitting.on('status', update)
  update()
  return element
}

function timeLine(sitting, timeUp) {
  const value = h('span', {})
  const element = button('time', () => update((isHidden = !isHidden)), icon('clock'), value)
  let isHidden = false
  let isUp = false
  let before_ms = remainingOf(sitting)

  function update() {
    if (sitting.isOver) return clearInterval(ticking)
    const left_ms = remainingOf(sitting)
    element.hidden = left_ms === null
    if (left_ms === null) return
    const text = left_ms > SECONDS_FROM_MS ? Math.ceil(left_ms / 60_000) + ' min' : countdown(left_ms)
    value.textContent = isHidden ? words.showTime : text
    element.title = isHidden ? words.showTime : words.hideTime
    element.setAttribute('aria-label', isHidden ? words.showTime : `${words.timeLeft} : ${text}. ${words.hideTime}`)
    element.classList.toggle('is-short', left_ms <= SECONDS_FROM_MS && !isHidden)
    for (const minutes of CALLS_MIN) {
      const call_ms = minutes * 60_000
      if (before_ms > call_ms && left_ms <= call_ms && left_ms > call_ms - 30_000) say(words.minutesLeft(minutes))
    }
    before_ms = left_ms
    if (left_ms) isUp = false
    else if (!isUp && !sitting.state.paused) timeUp((isUp = true))
  }

  const ticking = setInterval(update, 500)
  sitting.on('time', update)
  update()
  return element
}

function looksButton(sitting) {
  const open = () => load('./access/settings.js').then(({ showSettings }) => showSettings(sitting), () => say(words.noLine))
  const element = button('tool', open, 'Aa')
  element.title = words.looks
  element.setAttribute('aria-label', words.looks)
  element.setAttribute('aria-haspopup', 'dialog')
  return element
}
