// A sitting that began before: on this device, on another one, or that is over.

import { call, isPassing } from './api.js'
import { receive, tabLost } from './desk.js'
import { byId } from './element.js'
import { begin, enter, insist, showInstructions, start } from './flow.js'
import { showReceipt } from './handin.js'
import { showNotice } from './notice.js'
import { Outbox } from './outbox.js'
import { Sitting } from './sitting.js'
import { claim } from './tab.js'
import { openVault } from './vault.js'
import { language, speak, speakMore, words } from './words.js'

const SESSION_MS = 6000 // then this device's own copy opens

/** Show what a refusal means: true if it is worth waiting, false if it stands. */
export async function waits(reply, form) {
  if (reply.place) return (await import('./queue.js')).queue(reply, form)
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
    return resume(sitting, form, false)
  }
  if (isPassing(reply) && state.key) return begin(sitting)
  if (state.receipt && !navigator.onLine) return speakMore().then(() => showReceipt(state.receipt, false))
  unseat(state.box)
  return enter(vault, code, form)
}

/** What this seat could not bring there is in no batch any more: the next seat has other numbers. */
function unseat(box) {
  const told = box.told || 0
  box.unsent = box.batches.filter((batch) => batch.n > told)
  box.batches = box.batches.filter((batch) => batch.n <= told)
  box.dirty = [...new Set([...box.unsent.flatMap((batch) => batch.items), ...box.dirty])]
}

/** To where the session stands; `isNewSeat` after a log-in. */
export async function resume(sitting, form, isNewSeat = true) {
  await speakMore()
  const { session, token } = sitting.state
  if (session.status === 'ready') return showInstructions(sitting)
  if (session.status === 'submitted' || session.status === 'closed') return ended(sitting, isNewSeat)
  if (isNewSeat) {
    const known = await insist(() => call('GET', 'session', { token }), form)
    if (!known) return null
    merge(sitting, known.answers, true)
    const { route, entered } = known
    Object.assign(sitting.state, { at: known.at || sitting.state.at, route, entered })
    await sitting.adopt(known)
  }
  return start(sitting, form)
}

/** It is over; what only this device holds is still sent, and counts by the delivery's rule. */
async function ended(sitting, isNewSeat) {
  showNotice('sending', 'sending', words.handingIn, [words.handingInText])
  merge(sitting, {}, isNewSeat)
  const outbox = new Outbox(sitting)
  if (outbox.waiting) await outbox.flush()
  outbox.stop()
  return receive(sitting)
}

/** What the server holds. What this device had not brought there goes again, unless another seat was there since. */
export function merge({ state, clock }, answers, isNewSeat) {
  const { box } = state
  const { told = 0, unsent = [] } = box
  const frozen = box.batches.filter((batch) => batch.n > told)
  const waiting = new Set([...box.dirty, ...frozen.flatMap((batch) => batch.items)])
  for (const [item, { response, n }] of Object.entries(answers)) {
    const isInOurs = (batch) => batch.n === n && batch.items.includes(item)
    const isOurs = !isNewSeat || n <= told || unsent.some(isInOurs)
    if (state.answers[item] && waiting.has(item) && isOurs) continue
    state.answers[item] = { response, given_ms: clock.now() }
    box.dirty = box.dirty.filter((one) => one !== item)
  }
  if (!isNewSeat) return
  box.top = box.told = box.last
  box.full = false
  delete box.unsent
}
