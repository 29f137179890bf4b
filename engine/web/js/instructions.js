// Between log-in and start: how it works, how long it takes, and a button that lights up at the server's hour.

import { countdown } from './clock.js'
import { button, byId, h, icon, show } from './element.js'
import { words } from './words.js'

const RUSH_MS = 20_000 // who presses so soon after the opening ...
const SPREAD_MS = 3000 // ... waits up to so long; the time of the test begins after it

export function showInstructions(sitting, start) {
  const { title, limits = {} } = sitting.state.session
  const note = h('p', { class: 'waiting', role: 'status' })
  const arrival = h('p', { class: 'help' }, words.arriving)
  const begin = button('main big', press)
  let isStarting = false

  function update() {
    if (!begin.isConnected) return clearInterval(ticking)
    if (isStarting) return
    const wait_ms = sitting.state.session.opens_at_ms - sitting.clock.now()
    begin.disabled = wait_ms > 0
    begin.textContent = wait_ms > 0 ? words.startsIn(countdown(wait_ms)) : words.start
  }

  function press() {
    isStarting = begin.disabled = true
    begin.textContent = words.starting
    note.textContent = ''
    const since_ms = sitting.clock.now() - sitting.state.session.opens_at_ms
    setTimeout(start, since_ms < RUSH_MS ? Math.random() * SPREAD_MS : 0, {
      wait: (text) => (note.textContent = text),
      fail(text) {
        note.textContent = text
        isStarting = false
        update()
      },
    })
  }

  sitting.content.prefetch().then(() => arrival.replaceChildren(icon('check'), words.arrived))
  byId('title').textContent = title
  byId('tools').textContent = ''
  const fact = (drawing, text) => h('span', {}, icon(drawing), text)
  show(
    'instructions',
    words.beforeStart,
    h(
      'div',
      { class: 'card broad' },
      h('h1', {}, title),
      h(
        'p',
        { class: 'facts' },
        limits.duration_ms && fact('clock', words.minutes(Math.round(limits.duration_ms / 60_000))),
        limits.items && fact('grid', words.questions(limits.items)),
      ),
      h('h2', {}, words.beforeStart),
      h('ul', { class: 'how' }, words.howTo.map(([drawing, text]) => h('li', {}, icon(drawing), h('span', {}, text)))),
      arrival,
      h('div', { class: 'actions' }, begin),
      note,
    ),
  )
  const ticking = setInterval(update, 250)
  update()
}
