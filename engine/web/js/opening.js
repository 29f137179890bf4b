// Waiting for the bell: who is ready says so; the test then starts by itself, at this pupil's moment.

import { call } from './api.js'
import { countdown } from './clock.js'
import { button, byId, h, icon, show, style } from './element.js'
import { showInstructions, start, untilSlot } from './flow.js'
import { language, speak, words } from './words.js'

const LAST_MS = 15_000 // the server is asked for the moment no later than this before the bell,
const SPAN_MS = 75_000 // and somewhere within so long before that
const LOOK_MS = 200
const SAID_S = [60, 10]

/** `begin` is the button of the instructions: it has a better one beside it until the bell rings. */
export async function prepare(sitting, begin) {
  ask(sitting)
  await Promise.all([style('waiting'), speak(language, '.waiting')])
  const untilBell = () => sitting.state.session.opens_at_ms - sitting.clock.now()
  if (!begin.isConnected || begin.disabled === false || untilBell() < 0) return
  const ready = button('main big', () => wait(sitting), words.ready)
  const note = h('p', { class: 'help when' })
  begin.hidden = true
  begin.before(note, ready)
  const watch = setInterval(() => {
    if (ready.isConnected && untilBell() > 0) {
      note.textContent = words.bellIn(countdown(untilBell()))
      return
    }
    clearInterval(watch)
    begin.hidden = false
    if (ready === document.activeElement) setTimeout(() => begin.focus(), LOOK_MS * 2)
    note.remove()
    ready.remove()
  }, LOOK_MS)
}

/** When exactly, and the clock once more: by then the server knows how many wait. */
function ask(sitting) {
  if (sitting.asksOpening) return
  sitting.asksOpening = true
  const hear = async () => {
    const { state, clock } = sitting
    if (state.key) return
    const reply = await call('GET', 'opening', { token: state.token })
    if (!reply.ok) return
    clock.anchor(reply)
    state.session.opens_at_ms = reply.opens_at_ms
    state.slot_ms = reply.slot_ms
    sitting.keepSoon()
  }
  const left_ms = sitting.state.session.opens_at_ms - sitting.clock.now() - LAST_MS
  if (left_ms > 0) setTimeout(hear, left_ms - Math.random() * Math.min(left_ms, SPAN_MS))
  sitting.on('drifted', hear) // this computer slept
}

/** The calm page: how long it still takes, and that there is nothing to do. */
function wait(sitting) {
  const { session } = sitting.state
  const time = h('p', { class: 'bell', role: 'timer' })
  const text = h('p', {}, words.startsItself)
  const note = h('p', { class: 'waiting', role: 'status' })
  const unseen = h('p', { class: 'unseen', role: 'status' })
  const arrival = h('p', { class: 'help' }, words.arriving)
  const back = button('second', () => showInstructions(sitting), words.readAgain)
  let heading = words.allReady
  let said = Infinity
  let isStarting = false

  const form = {
    wait: (problem) => (note.textContent = problem),
    fail(problem) {
      note.textContent = problem
      time.replaceWith(button('main big', () => begin(), words.start))
    },
  }

  function begin() {
    isStarting = true
    back.hidden = true
    text.textContent = words.starting
    start(sitting, form)
  }

  function look() {
    if (!text.isConnected || isStarting) return clearInterval(watch)
    const slot_ms = untilSlot(sitting)
    if (slot_ms <= 0) {
      time.textContent = countdown(0)
      return begin()
    }
    const bell_ms = session.opens_at_ms - sitting.clock.now()
    time.textContent = countdown(bell_ms > 0 ? bell_ms : slot_ms)
    if (bell_ms <= 0 && heading !== words.yourTurnSoon) {
      heading = document.querySelector('main h1').textContent = unseen.textContent = words.yourTurnSoon
      text.textContent = words.oneByOne
    }
    const seconds = Math.ceil(bell_ms / 1000)
    const mark = SAID_S.find((one) => seconds <= one && one < said && seconds > 0)
    if (mark) unseen.textContent = words.bellIn(countdown((said = mark) * 1000))
  }

  sitting.content.prefetch().then(() => arrival.replaceChildren(icon('check'), words.arrived))
  byId('tools').textContent = ''
  const lines = [text, h('p', { class: 'help' }, words.timeNotYet), arrival, note, unseen]
  show('bell', heading, h('div', { class: 'card' }, h('h1', {}, heading), time, lines, h('div', { class: 'actions' }, back)))
  const watch = setInterval(look, LOOK_MS)
  look()
}
