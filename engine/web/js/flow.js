// The way in: code, log-in, instructions, first question. What comes after it, or from an earlier visit, is fetched then.

import { Backoff, isPassing, post, rest } from './api.js'
import { style } from './element.js'
import { showInstructions } from './instructions.js'
import { Paper } from './paper.js'
import { Sitting, freshState } from './sitting.js'
import { openVault } from './vault.js'
import { speak, words } from './words.js'

const resumption = () => import('./resume.js')

/** From the log-in page; `form` has wait(text), fail(text) and isCancelled. */
export async function logIn(code, form) {
  style('test')
  const vault = await openVault(code)
  return vault.state ? (await resumption()).reopen(vault, code, form) : enter(vault, code, form)
}

/** A new seat for this code. */
export async function enter(vault, code, form) {
  const reply = await insist(() => post('login', { code }), form)
  if (!reply) return
  const old = vault.state
  const isSame = old && old.session.id === reply.session.id
  vault.state = isSame ? old : freshState(reply)
  const sitting = new Sitting(vault)
  await sitting.adopt(reply)
  await speak(sitting.state.session.language)
  if (sitting.state.session.status === 'ready') return showInstructions(sitting, (note) => start(sitting, note))
  return (await resumption()).resume(sitting, reply, form)
}

/** Key and order, for a first start and a new seat alike; then the test. */
export async function start(sitting, form) {
  const reply = await insist(() => post('start', {}, sitting.state.token), form)
  if (!reply) return
  await sitting.adopt(reply)
  return begin(sitting)
}

/** First the question; everything else when it stands. */
export async function begin(sitting) {
  const { content, items, state } = sitting
  content.open(state.key).then((header) => {
    sitting.header = header
    sitting.emit('answers')
  }, console.error)
  await style('test')
  const desk = () => import('./desk.js')
  const turn = { openMap: () => desk().then(({ openMap }) => openMap()), finish: () => desk().then(({ review }) => review()) }
  const paper = new Paper(sitting, turn)
  await paper.go(Math.max(0, items.findIndex(({ item }) => item === state.at)))
  await rest(0)
  const backoff = new Backoff()
  for (;;) {
    const sit = await desk().catch(() => null)
    if (sit) return sit.attend(sitting, paper)
    await rest(backoff.delay_ms())
  }
}

/** Ask until there is a reply; null if the refusal stands (the form says why) or the pupil gave up. */
export async function insist(ask, form) {
  const backoff = new Backoff()
  for (;;) {
    const reply = await ask()
    if (form.isCancelled) return null
    if (reply.ok) return reply
    if (isPassing(reply)) form.wait(navigator.onLine ? words.tryingAgain : words.noLine)
    else if (!(await resumption()).waits(reply, form)) return null
    await rest(backoff.delay_ms(reply))
    if (form.isCancelled) return null
  }
}
