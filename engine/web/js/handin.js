// Hand-in: everything sent, then handed in, then the receipt. Without network it waits, and says what to do.

import { Backoff, isPassing, post, rest } from './api.js'
import { remainingOf } from './bar.js'
import { button, byId, h, icon, show, style } from './element.js'
import { load } from './load.js'
import { showNotice } from './notice.js'
import { words } from './words.js'

const SPREAD_MS = 3000 // when the time is up for a whole country at once
const LAST_MS = 5000 // for what is left when the receipt has come
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
  outbox.reconsider()
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

function showSending(sitting, attempt, isTimeUp) {
  const leave = () => {
    attempt.isLeft = true
    attempt.leave()
  }
  const actions = isTimeUp ? [] : [[words.backToTest, leave, 'second']]
  if (attempt.isWaiting) showWaiting(sitting, isTimeUp && words.timeUp + '.', actions)
  else if (isTimeUp) showNotice('sending', 'sending', words.timeUp, [words.timeUpText])
  else showNotice('sending', 'sending', words.handingIn, [words.handingInText], actions)
}

function showWaiting({ vault, state }, first, actions) {
  const fileLine = Object.values(state.files || {}).some((file) => !file.isSent) && words.handInFiles
  const safe = vault.isAble ? words.handInHeld : words.handInMemory
  const lines = [first, safe, fileLine, words.handInAlone, h('p', {}, h('strong', {}, words.handInStay))]
  showNotice('waiting', 'device', words.handInWaits, lines, actions)
}

/** Of a test that is over: tells, whenever it changes, whether what is left is on its way or waits for the network. */
export function teller(sitting) {
  let told
  return (isWaiting) => {
    if (told === isWaiting) return
    told = isWaiting
    if (isWaiting) showWaiting(sitting)
    else showNotice('sending', 'sending', words.handingIn, [words.handingInText])
  }
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
  Object.assign(state, { token: null, key: null, order: null, marks: [], at: null })
  if (!solved.length) state.views = {} // what a solution is shown in
  if (state.files) await load('./files.js').then(({ forget }) => forget(sitting), () => {})
  sitting.isUnsent = sitting.outbox.waiting > 0
  const last = sitting.isUnsent && sendRest(sitting)
  if (last) await Promise.race([last, rest(LAST_MS)])
  await wipeWhenSealed(sitting)
  const told = sitting.course ? await sitting.course.lastWords(sitting.token) : []
  let shown
  const show = () => {
    const lack = lacking(sitting)
    shown = JSON.stringify(lack)
    showReceipt(reply.receipt, isClosed, lack, told, solved.length > 0 && lookBack)
  }
  const renew = () => document.body.matches('.on-receipt') && JSON.stringify(lacking(sitting)) !== shown && show()
  const lookBack = () => load('./reading.js').then(({ read }) => read(sitting, solved, solved[0], show))
  show()
  if (last) last.then(renew)
  await watchOver(sitting, renew)
}

/** What is not taken: `numbers` of its questions, as far as they are known; `isHere`: nowhere else, and not given up. */
function lacking({ isUnsent, list = [], outbox, state: { box } }) {
  const unsent = isUnsent ? [...box.dirty, ...outbox.unacknowledged.flatMap((batch) => batch.items)] : []
  const numbers = list.filter(({ item }) => box.aside[item] || unsent.includes(item)).map(({ number }) => number)
  return { numbers, isHere: isUnsent || (!numbers.length && Object.keys(box.aside).length > 0) }
}

/** What this device was told that the server holds, and the archive does not hold yet; or what no server has taken. */
const isHolding = ({ isUnsent, state: { answers, box } }) =>
  isUnsent || (box.sealed < box.told && Object.keys(answers).length > 0)

const wipeWhenSealed = (sitting) => (isHolding(sitting) ? sitting.keep() : sitting.vault.wipe())

/** What the server has not taken, or has lost. */
async function sendRest(sitting) {
  const { outbox } = sitting
  await outbox.recover()
  sitting.isUnsent = outbox.waiting > 0
  await wipeWhenSealed(sitting)
}

/** Until all is sealed: what a server has lost goes again, answers first, and is handed in again. */
async function watchOver(sitting, changed) {
  const { outbox, state, token } = sitting
  const { box } = state
  for (let wait_ms = SEALED_MS; isHolding(sitting); wait_ms = Math.min(wait_ms * 1.2, SEALED_MAX_MS)) {
    await rest(wait_ms * (0.75 + Math.random() / 2))
    const again = await post('submit', { last: box.told }, token)
    const isOthers = again.ok && again.last > box.told
    const found = isOthers && (await asked(sitting, again.last))
    if (isOthers && !found) continue
    if (again.ok) sitting.settle(again)
    else if (again.code === 'gap') sitting.gap(again.last, box.told + 1)
    if (found) outbox.again(found.refused)
    const isLost = sitting.isUnsent || box.last < box.told || box.full || box.dirty.length > 0
    if (again.ok) box.told = again.last // it is over there: what is kept aside now is not taken, what is taken counts
    if (isLost) await sendRest(sitting)
    if (again.ok) box.last = box.told
    await wipeWhenSealed(sitting)
    changed()
  }
}

/** Another device has brought something since, so that no number says what is held of ours: each goes again as it was. */
const asked = ({ state: { box }, token }, last) =>
  load('./resume.js').then(
    ({ askForEach }) => askForEach({ box: { last, unsent: box.batches }, token }),
    () => null,
  )

/**
 * `numbers`: of questions whose answers the server has not taken; `isHere`: some are on this computer only;
 * `told`: what the test says at its end;
 * `lookBack`: leads to the solutions, where they are shown.
 */
export function showReceipt(receipt, isClosed, { numbers = [], isHere = false } = {}, told = [], lookBack = null) {
  const whole = numbers.length ? words.handedInBut(numbers) : !isHere && words.handedInText
  const text = isClosed ? words.closedText : whole
  const title = isClosed || isHere ? words.closed : words.handedIn
  style('late')
  byId('title').textContent = byId('tools').textContent = ''
  document.documentElement.style.fontSize = ''
  show(
    'receipt',
    title,
    h(
      'div',
      { class: `card notice is-${isHere ? 'waiting' : 'done'}` },
      h('div', { class: 'badge' }, icon(isHere ? 'alert' : 'check')),
      h('h1', {}, title),
      text && h('p', {}, text),
      isHere && h('p', {}, h('strong', {}, words.overHeld)),
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
        !isHere && button('second', () => location.replace('/'), words.nextPupil), // nobody is led away from what is here
      ),
    ),
  )
}
