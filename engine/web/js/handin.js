// Hand-in: everything sent, then handed in, then the receipt. Without network it waits, and says what to do.

import { Backoff, isPassing, post, rest } from './api.js'
import { remainingOf } from './bar.js'
import { button, byId, h, icon, show, style } from './element.js'
import { load } from './load.js'
import { showNotice } from './notice.js'
import { words } from './words.js'

const SPREAD_MS = 3000 // when the time is up for a whole country at once
const SEALED_MS = 20_000
const SEALED_MAX_MS = 10 * 60_000 // while the archive is away, a whole country asks

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
      if (reply.code === 'gap') sitting.gap(reply.last, state.box.last + 1)
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

/** The receipt. Token and key leave this device at once; answers and outbox when the archive holds them all. */
export async function finish(sitting, reply, isClosed) {
  const { state } = sitting
  const { box } = state
  sitting.isOver = true
  // The token of the sitting as it ran: the one in the reply would hand in anew what a server has lost, without its answers.
  sitting.token = state.token
  box.told = Math.max(box.told || 0, reply.last)
  sitting.settle(reply)
  state.receipt = reply.receipt
  const isShown = ({ control = {} }) => control.show_solution && control.allow_review !== false
  const solved = isClosed ? [] : (sitting.list || []).filter(isShown) // late answers to a closed session may still count
  const aside = (sitting.list || []).filter(({ item }) => box.aside[item]).map(({ number }) => number)
  Object.assign(state, { token: null, key: null, order: null, marks: [], at: null })
  if (!solved.length) state.views = {} // what a solution is shown in
  if (state.files) await load('./files.js').then(({ forget }) => forget(sitting), () => {})
  await wipeWhenSealed(sitting)
  const told = sitting.course ? await sitting.course.lastWords(sitting.token) : []
  const show = () => showReceipt(reply.receipt, isClosed, aside, told, solved.length > 0 && lookBack)
  const lookBack = () => load('./reading.js').then(({ read }) => read(sitting, solved, solved[0], show))
  show()
  await watchOver(sitting)
}

/** What this device was told that the server holds, and the archive does not hold yet. */
const isHolding = ({ state: { answers, box } }) => box.sealed < box.told && Object.keys(answers).length > 0

const wipeWhenSealed = (sitting) => (isHolding(sitting) ? sitting.keep() : sitting.vault.wipe())

/** Until all is sealed: what a server has lost goes again, answers first, and is handed in again. */
async function watchOver(sitting) {
  const { outbox, state, token } = sitting
  const { box } = state
  for (let wait_ms = SEALED_MS; isHolding(sitting); wait_ms = Math.min(wait_ms * 1.2, SEALED_MAX_MS)) {
    await rest(wait_ms * (0.75 + Math.random() / 2))
    const again = await post('submit', { last: box.told }, token)
    if (again.ok && again.last > box.told && !(await askForEach(sitting, again.last))) continue
    if (again.ok) sitting.settle(again)
    else if (again.code === 'gap') sitting.gap(again.last, box.told + 1)
    const isLost = box.last < box.told || box.full
    if (again.ok) box.told = again.last // it is over there: what is kept aside now is not taken, what is taken counts
    if (isLost) await outbox.recover()
    if (again.ok) box.last = box.told
    await wipeWhenSealed(sitting)
  }
}

/** Another device has brought something since, so that no number says what is held of ours: each goes again as it was. */
function askForEach({ state: { box }, token }, last) {
  const ask = ({ delivered }) => delivered({ box: { last, unsent: box.batches }, token })
  return load('./resume.js').then(ask).then(
    () => true,
    () => false,
  )
}

/**
 * `aside`: the numbers of questions whose answers the server refused; `told`: what the test says at its end;
 * `lookBack`: leads to the solutions, where they are shown.
 */
export function showReceipt(receipt, isClosed, aside = [], told = [], lookBack = null) {
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
      h(
        'div',
        { class: 'actions' },
        lookBack && button('second', lookBack, words.seeSolutions),
        button('second', () => location.replace('/'), words.nextPupil),
      ),
    ),
  )
}
