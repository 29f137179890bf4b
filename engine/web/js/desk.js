// What stands around the questions once the first one is painted, and what each refusal leads to.

import { Backoff, isPassing, post, rest } from './api.js'
import { adorn } from './adorn.js'
import { byId, h, style } from './element.js'
import { fillBar } from './bar.js'
import { normalise } from './code.js'
import { loginOf } from './flow.js'
import { finish, handIn, teller } from './handin.js'
import { load } from './load.js'
import { showMap } from './map.js'
import { ask, banner, closeDialogs, hold, say, showNotice } from './notice.js'
import { Outbox } from './outbox.js'
import { survey } from './progress.js'
import { showReview } from './review.js'
import { clearOld, keepContent, keepShell } from './shell.js'
import { claim } from './tab.js'
import { openVault } from './vault.js'
import { language, speakMore, words } from './words.js'

const AGAIN_MS = 5000
const LAST_WORDS_MS = 15_000
/** All that a later question may need: the line may be down by then. */
const CONTROLS =
  'choice text inline order match gap hotspot slider associate slots graphic-order select-point ' +
  'position-object upload drawing media ending custom'

let sitting, paper, outbox
let asking = null
let isClosing = false
let ready
/** A button may be pressed before the words of what it opens have come. */
const isReady = new Promise((resolve) => (ready = resolve))
let resumeFromPause = () => {}

/** Take over a sitting whose first question is on the screen. */
export async function attend(opened, itsPaper) {
  ;[sitting, paper] = [opened, itsPaper]
  await style('late')
  for (const backoff = new Backoff(); !(await speakMore()); ) await rest(backoff.delay_ms())
  if (!(await claim(sitting.vault, tabLost))) return tabLost()
  outbox = new Outbox(sitting)
  if (sitting.course) sitting.course.attach(outbox)
  paper.adorn = adorn
  paper.update()
  fillBar(sitting, outbox, () => lastPage(true))
  const unlessOver = (act) => (detail) => sitting.isOver || act(detail)
  sitting.on('refused', unlessOver(refused))
  sitting.on('paused', unlessOver(pause))
  sitting.on('notice', unlessOver(noticed))
  sitting.on('status', () => outbox.status === 'saved' && banner(''))
  addEventListener('beforeunload', warn)
  addEventListener('online', () => setTimeout(() => outbox.isAway && outbox.retry(), Math.random() * 2000))
  // The browser's "back" goes back one question, and never leaves the test.
  history.pushState(1, '')
  addEventListener('popstate', () => {
    history.pushState(1, '')
    if (sitting.paper.isOpen) sitting.paper.back()
  })
  ready()
  survey(sitting).catch(() => {}) // what cannot be read says so itself, when it is on the screen
  if (sitting.state.paused) pause(true)
  if (Object.values(sitting.state.files || {}).some((file) => !file.isSent)) {
    load('./files.js').then(({ filesOf }) => filesOf(sitting).flush(), console.warn)
  }
  if (outbox.waiting) outbox.flush()
  await style('controls')
  await Promise.all(CONTROLS.split(' ').map((name) => load(`./interactions/${name}.js`).catch(() => {})))
  const hasModules = sitting.header && sitting.header.media.some(({ type }) => type === 'text/javascript')
  if (hasModules) load('./interactions/custom.js').then(({ warm }) => warm(), console.warn)
  keepShell()
  keepContent(sitting.content)
  clearOld(sitting.vault)
}

export const openMap = () => isReady.then(() => showMap(sitting, (index) => paper.go(index), review))

export async function review() {
  await isReady
  sitting.look(null)
  const back = () => paper.resume()
  showReview(sitting, { go: (index) => paper.go(index, review), back, handIn: () => lastPage(false) })
}

async function lastPage(isTimeUp) {
  closeDialogs()
  const reply = await handIn(sitting, outbox, isTimeUp)
  if (!reply) return outbox.isStopped || paper.resume()
  if (!reply.ok) {
    await refused(reply)
    await rest(AGAIN_MS)
    return sitting.isOver || lastPage(isTimeUp)
  }
  leave()
  return finish(sitting, reply, false)
}

/** Nothing of the test stays on the screen, nothing more is sent. */
function leave() {
  outbox.stop()
  sitting.isOver = true
  closeDialogs()
  banner('')
  byId('tools').textContent = ''
}

function warn(event) {
  if (sitting.isOver || !(outbox.waiting || sitting.isHandingIn)) return
  event.preventDefault()
  event.returnValue = ''
}

function pause(isPaused) {
  resumeFromPause()
  resumeFromPause = isPaused ? hold('pause', words.paused, [words.pausedText]) : () => {}
  if (!isPaused) say(words.resumed)
}

function noticed({ kind, id, [language]: text }) {
  if (kind === 'extended') say(words.extended)
  if (kind === 'message') tell(id, text)
  if (kind === 'submitted' || kind === 'closed') closed()
}

/** A message for everybody comes with each reply for as long as it holds; it is shown once, here or elsewhere. */
function tell(id, text) {
  const { state } = sitting
  if ((state.messages ||= []).includes(id)) return
  state.messages.push(id)
  sitting.keep()
  ask('message', words.message, [text], [[words.understood, true]])
}

/** The one thing to do for each refusal that does not pass by itself. */
function refused(reply) {
  const act = {
    seat_moved: moved,
    seat_wait: moved,
    token_missing: askCode,
    token_invalid: askCode,
    not_started: notStarted,
    handed_in: closed,
    session_closed: closed,
    intake_over: over,
    delivery_over: over,
  }[reply.code]
  return act ? act() : banner(words.callTeacher(reply.code))
}

function moved() {
  leave()
  sitting.keep()
  const toCode = [words.backToCode, () => location.replace('/'), 'second']
  showNotice('moved', 'device', words.movedSeat, [words.movedSeatText, words.movedSeatHelp], [toCode])
}

/** Another tab of this browser took the sitting: it writes to the vault from now on. */
export async function tabLost() {
  if (!sitting) return location.replace('/')
  if (sitting.isOver) return
  sitting.vault.isClosed = true
  if (outbox) leave()
  showNotice('moved', 'device', words.otherTab, [words.otherTabText])
}

function over() {
  leave()
  sitting.keep()
  showNotice('over', 'clock', words.over, [words.overText, outbox.waiting > 0 && words.overHeld])
}

async function notStarted() {
  const reply = await post('start', {}, sitting.state.token)
  if (reply.ok) await sitting.adopt(reply)
  return reply.ok ? outbox.retry() : banner(words.callTeacher(reply.code))
}

/** The server closed the session, or it was handed in elsewhere: what waits still goes, then the receipt. */
async function closed() {
  if (isClosing) return
  isClosing = true
  outbox.isHurried = true
  outbox.reconsider()
  const sendAll = async () => (sitting.files && (await sitting.files.flush(true)), outbox.flush())
  await Promise.race([sendAll(), rest(LAST_WORDS_MS)])
  leave()
  await receive(sitting)
}

/** Submit until there is a receipt, whatever the session's end was. */
export async function receive(ended) {
  const { box, token } = ended.state
  const backoff = new Backoff()
  const tell = teller(ended)
  tell(false)
  for (;;) {
    const reply = await post('submit', { last: box.last }, token)
    tell(isPassing(reply))
    if (reply.ok) return finish(ended, reply, reply.session.status === 'closed')
    if (reply.code === 'gap') {
      ended.gap(reply.last, box.last + 1)
      await ended.outbox.recover()
    } else if (!isPassing(reply)) return showNotice('over', 'clock', words.over, [words.overText, ended.outbox.waiting > 0 && words.overHeld])
    await rest(backoff.delay_ms(reply))
  }
}

/** The token is no longer good: the answers stay, the code brings a new one. */
function askCode() {
  asking = asking || codeAgain().finally(() => (asking = null))
  return asking
}

async function codeAgain() {
  const field = h('input', { class: 'code', autocomplete: 'off', spellcheck: 'false', 'aria-label': words.code })
  for (let problem = ''; ; ) {
    await ask('device', words.codeAgain, [words.codeAgainText, field, problem], [[words.goOn, true]])
    try {
      const code = normalise(field.value)
      const vault = await openVault(code)
      if (sitting.vault.database && vault.name !== sitting.vault.name) throw new Error('not this code')
      const reply = await post('login', loginOf(code))
      if (reply.ok) {
        await sitting.adopt(reply)
        return outbox.retry()
      }
      const { refused: texts } = words
      problem = isPassing(reply) || reply.place ? words.tryingAgain : texts[reply.code] || texts.other(reply.code)
    } catch {
      problem = words.notThisCode
    }
  }
}
