// Hand-in: everything sent, then handed in, then the receipt. Without network it waits, and says what to do.

import { Backoff, isPassing, post, rest } from './api.js'
import { remainingOf } from './bar.js'
import { button, byId, h, icon, show, style } from './element.js'
import { showNotice } from './notice.js'
import { words } from './words.js'

const SPREAD_MS = 3000 // when the time is up for a whole country at once
const SEALED_MS = 20_000
const SEALED_TRIES = 45

/** Resolves with the reply that brings the receipt, a refusal, or null if the pupil, or more time, leads back. */
export async function handIn(sitting, outbox, isTimeUp) {
  const { state } = sitting
  const backoff = new Backoff()
  const attempt = { isWaiting: null, isLeft: false, leave: () => {} }
  const { files = { flush() {} } } = sitting
  const showState = () => {
    const isAway = outbox.isAway || files.isAway
    if (attempt.isOver || attempt.isWaiting === isAway) return
    attempt.isWaiting = isAway
    showSending(sitting, attempt, isTimeUp)
  }
  const left = () => new Promise((resolve) => (attempt.leave = resolve))
  const over = (result) => {
    attempt.isOver = true
    outbox.isHurried = sitting.isHandingIn = false
    return result
  }
  sitting.look(null)
  outbox.isHurried = sitting.isHandingIn = true // and closing the page would undo it
  sitting.on('status', showState)
  showState()
  if (isTimeUp) await rest(Math.random() * SPREAD_MS)
  for (;;) {
    // When the time is up, one sign of life first: there may be more of it.
    await Promise.race([files.flush(true), left()])
    if (outbox.waiting || outbox.isAway || isTimeUp) await Promise.race([outbox.retry(), left()])
    if (outbox.isStopped || attempt.isLeft || (isTimeUp && remainingOf(sitting) > 0)) return over(null)
    if (!outbox.waiting && !outbox.isAway) {
      const reply = await post('submit', { last: state.box.last }, state.token)
      outbox.isAway = isPassing(reply)
      showState()
      if (reply.ok || (!isPassing(reply) && reply.code !== 'gap')) return over(reply)
      if (reply.code === 'gap') state.box.last = reply.last
    }
    await Promise.race([rest(backoff.delay_ms()), left()])
  }
}

function showSending({ vault, state }, attempt, isTimeUp) {
  const { isWaiting } = attempt
  const leave = () => {
    attempt.isLeft = true
    attempt.leave()
  }
  const actions = isTimeUp ? [] : [[words.backToTest, leave, 'second']]
  if (isWaiting) {
    const fileLine = Object.values(state.files || {}).some((file) => !file.isSent) && words.handInFiles
    const safe = vault.isAble ? words.handInHeld : words.handInMemory
    const lines = [isTimeUp && words.timeUp + '.', safe, fileLine, words.handInAlone, h('p', {}, h('strong', {}, words.handInStay))]
    showNotice('waiting', 'device', words.handInWaits, lines, actions)
  } else if (isTimeUp) showNotice('sending', 'sending', words.timeUp, [words.timeUpText])
  else showNotice('sending', 'sending', words.handingIn, [words.handingInText], actions)
}

/** The receipt. Token and key leave this device at once; the outbox when the archive holds it all. */
export async function finish(sitting, reply, isClosed) {
  const { state, vault } = sitting
  sitting.isOver = true
  sitting.settle(reply)
  state.receipt = reply.receipt
  const aside = (sitting.list || []).filter(({ item }) => state.box.aside[item]).map(({ number }) => number)
  Object.assign(state, { token: null, key: null, order: null, answers: {}, marks: [], at: null, views: {} })
  state.box.dirty = []
  if (state.files) await import('./files.js').then(({ forget }) => forget(sitting), () => {})
  state.box.batches = state.box.batches.filter((batch) => batch.n <= reply.last) // nobody takes the others any more
  const wipeWhenSealed = () => (state.box.batches.length ? sitting.keep() : vault.wipe())
  await wipeWhenSealed()
  const told = sitting.course ? await sitting.course.lastWords(reply.token) : []
  showReceipt(reply.receipt, isClosed, aside, told)
  for (let tries = 0; state.box.batches.length && tries < SEALED_TRIES; tries++) {
    await rest(SEALED_MS * (0.75 + Math.random() / 2))
    const again = await post('submit', { last: state.box.last }, reply.token)
    if (again.ok) sitting.settle(again)
    await wipeWhenSealed()
  }
}

/** `aside`: the numbers of questions whose answers the server refused; `told`: what the test says at its end. */
export function showReceipt(receipt, isClosed, aside = [], told = []) {
  style('late')
  byId('title').textContent = byId('tools').textContent = ''
  document.documentElement.style.fontSize = ''
  show(
    'receipt',
    words.handedIn,
    h(
      'div',
      { class: 'card notice is-done' },
      h('div', { class: 'badge' }, icon('check')),
      h('h1', {}, isClosed ? words.closed : words.handedIn),
      h('p', {}, isClosed ? words.closedText : aside.length ? words.handedInBut(aside) : words.handedInText),
      h(
        'div',
        { class: 'receipt' },
        h('p', {}, words.receipt),
        h('strong', {}, receipt),
        h('p', { class: 'help' }, words.receiptHelp),
      ),
      told.map(({ title, nodes }) => h('section', { class: 'item own told' }, title && h('h2', {}, title), nodes)),
      h('div', { class: 'actions' }, button('second', () => location.replace('/'), words.nextPupil)),
    ),
  )
}
