// A sitting that began before: on this device, on another one, or that is over.

import { Backoff, call, isPassing, post, rest } from './api.js'
import { receive, tabLost } from './desk.js'
import { byId } from './element.js'
import { begin, enter, insist, showInstructions, start } from './flow.js'
import { showReceipt, teller } from './handin.js'
import { load } from './load.js'
import { showNotice } from './notice.js'
import { OVER, Outbox, STUCK_MAX } from './outbox.js'
import { Sitting } from './sitting.js'
import { claim } from './tab.js'
import { openVault } from './vault.js'
import { language, speak, speakMore, words } from './words.js'

const SESSION_MS = 6000 // then this device's own copy opens

/** Show what a refusal means: true if it is worth waiting, false if it stands. */
export async function waits(reply, form) {
  if (reply.place) return (await load('./queue.js')).queue(reply, form)
  await speakMore()
  const opens = new Date(reply.opens_at_ms).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
  const text = words.waits[reply.code]
  if (text) form.wait(text.replace('@', opens))
  else form.fail(words.refused[reply.code] || words.refused.other(reply.code))
  return Boolean(text)
}

/** Another tab of this browser has it open. */
async function askForTab(code, form) {
  await speakMore()
  const take = async () => {
    await claim(await openVault(code), tabLost, true)
    await new Promise((resolve) => setTimeout(resolve, 300)) // the other tab writes its last word
    const vault = await openVault(code)
    return vault.state ? reopen(vault, code, form) : enter(vault, code, form)
  }
  byId('tools').textContent = ''
  showNotice('moved', 'device', words.otherTab, [words.otherTabText], [
    [words.continueHere, take],
    [words.backToCode, () => location.replace('/'), 'second'],
  ])
}

/** This device holds a sitting of this code: go on, with the network or without. */
export async function reopen(vault, code, form) {
  if (!(await claim(vault, tabLost))) return askForTab(code, form)
  const { state } = vault
  const sitting = new Sitting(vault)
  await speak(state.session.language, '.test')
  const reply = state.token ? await call('GET', 'session', { token: state.token, timeout_ms: SESSION_MS }) : {}
  if (reply.ok) {
    await sitting.adopt(reply)
    merge(sitting, reply.answers, false)
    return resume(sitting, form)
  }
  // The server has lost this seat's log-in, and may hold another's answers: it is brought all that is here.
  if (reply.code === 'gap') sitting.gap(reply.last, 0)
  if ((isPassing(reply) || reply.code === 'gap') && state.key) return begin(sitting)
  if (state.receipt && !navigator.onLine) {
    const { aside, batches, dirty, full, last } = state.box
    const isHere = full || Object.keys(aside).length + dirty.length > 0 || batches.some(({ n }) => n > last)
    await speakMore()
    return showReceipt(state.receipt, false, { isHere })
  }
  unseat(state.box)
  return enter(vault, code, form)
}

/** This seat is gone: whatever the archive does not hold is to be looked for on the server, and sent again if need be. */
function unseat(box) {
  box.unsent = [...(box.unsent || []), ...box.batches]
  box.batches = []
  const items = box.unsent.flatMap((batch) => batch.items).filter((item) => !box.aside[item])
  box.dirty = [...new Set([...items, ...box.dirty])]
}

/** To where the session stands; `code` after a log-in with it. */
export async function resume(sitting, form, code) {
  const isNewSeat = Boolean(code)
  await speakMore()
  const { session, token } = sitting.state
  if (session.status === 'ready') return showInstructions(sitting)
  if (session.status === 'submitted' || session.status === 'closed') return ended(sitting, isNewSeat)
  if (isNewSeat) {
    const known = await insist(() => call('GET', 'session', { token }), form)
    if (!known) return null
    if (!known.ok) return rest(new Backoff().delay_ms()).then(() => enter(sitting.vault, code, form))
    merge(sitting, known.answers, true)
    const { route, entered } = known
    Object.assign(sitting.state, { at: known.at || sitting.state.at, route, entered })
    await sitting.adopt(known)
  }
  return start(sitting, form)
}

/** It is over; what only this device holds is still sent, and counts by the delivery's rule. */
async function ended(sitting, isNewSeat) {
  const tell = teller(sitting)
  tell(false)
  mergeEnded(sitting, await delivered(sitting.state, new Backoff(), tell), isNewSeat)
  const outbox = new Outbox(sitting)
  sitting.isOver = outbox.isHurried = true
  let isSending = true // later the receipt is on the screen
  sitting.on('status', () => isSending && tell(outbox.isAway))
  outbox.reconsider()
  if (outbox.waiting) await outbox.flush()
  outbox.stop()
  isSending = false
  return receive(sitting)
}

const said = ({ response, comment = '' }) => JSON.stringify([response, comment])
const isSame = (one, other) => said(one) === said(other)
const answersIn = (batch) => JSON.parse(batch.body).answers

/**
 * What of a former seat's batches the server has. Of a test that is over it shows no answers, and their numbers may be
 * another seat's, since it lost ours: each goes again as it was, and is known, kept aside, or not there.
 */
export const delivered = async (state, backoff, onWait) => (await askForEach(state, backoff, onWait)).arrived

/** The same, and the items of batches that it does not take: `arrived`, `refused`. `onWait` hears when it is away. */
export async function askForEach({ box, token }, backoff = new Backoff(), onWait = () => {}) {
  const arrived = {}
  const refused = []
  for (const batch of (box.unsent || []).filter(({ n }) => n <= box.last)) {
    if (await isThere(batch, token, backoff, onWait)) {
      for (const { item, ...answer } of answersIn(batch)) arrived[item] = { ...answer, n: batch.n }
    } else refused.push(...batch.items)
  }
  return { arrived, refused }
}

async function isThere(batch, token, backoff, onWait) {
  const { path, body } = batch
  for (let errors = 0; ; ) {
    const reply = await post(path || 'answers', body, token)
    const isAway = isPassing(reply) || reply.code === 'slow_down'
    onWait(isAway)
    if (!isAway) return reply.ok || reply.code === 'fork' || OVER.includes(reply.code)
    // It may never take this one: its answers go in others, and the outbox finds out which is at fault.
    if (reply.code === 'internal' && ++errors === STUCK_MAX) return false
    await rest(backoff.delay_ms(reply))
  }
}

/** The same of a test that is over. Where a server has lost what it had acknowledged, all that this device knows goes again. */
export function mergeEnded(sitting, answers, isNewSeat) {
  const { box } = sitting.state
  const { told = 0, unsent = [] } = box
  merge(sitting, answers, isNewSeat)
  if (isNewSeat) box.batches = unsent.filter(({ n }) => n <= box.last) // until the archive holds them
  if (box.last < told) box.full = true
}

/** What the server holds. What this device had not brought there goes again, unless another seat was there since. */
export function merge({ state, clock }, answers, isNewSeat) {
  const { box } = state
  const { told = 0, unsent = [] } = box
  const frozen = box.batches.filter((batch) => batch.n > Math.min(told, box.last))
  const waiting = new Set([...box.dirty, ...frozen.flatMap((batch) => batch.items)])
  // A number may have been given again, to another seat, by a server that had lost ours.
  const isOurs = (item, known) => {
    const { n } = known
    const batch = unsent.find((one) => one.n === n)
    if (!batch) return n <= told
    return answersIn({ body: batch.former || batch.body }).some((one) => one.item === item && isSame(one, known))
  }
  for (const [item, known] of Object.entries(answers)) {
    const ours = state.answers[item]
    const isHeld = ours && isNewSeat && isSame(ours, known)
    if (!isHeld && ours && waiting.has(item) && (!isNewSeat || isOurs(item, known))) continue
    const { response, comment } = known
    if (!isHeld) state.answers[item] = { response, comment, given_ms: clock.now() }
    box.dirty = box.dirty.filter((one) => one !== item)
  }
  if (!isNewSeat) return
  box.top = box.told = box.last
  box.full = false
  delete box.unsent
}
