// The room on its day: each seat, what its answers are doing, and what the teacher does about it. Names, where
// there are any, are joined here in memory and nowhere else.

import { actOn, actOnAll } from './acts.js'
import { button, clock, day, element, fill, say } from './page.js'
import { Refused, reasonOf } from './calls.js'
import { WORDS } from './words.js'

const EVERY_MS = 10_000
const SLOWEST_MS = 120_000
const STATUSES = ['absent', 'ready', 'running', 'paused', 'submitted', 'closed']
const OVER = ['submitted', 'closed']
const CLASSES = { submitted: ' is-done', closed: ' is-done', running: ' is-open', paused: ' is-waiting' }

/** `people` maps a session to { name, number }; `reserve` gives a free code to a pupil, where that can be done. */
export function mountRoom(root, { language, call, people = null, reserve = null }) {
  new Room(root, { language, call, people, reserve }).begin()
}

class Room {
  constructor(root, { language, call, people, reserve }) {
    Object.assign(this, { root, language, call, people, reserve, words: WORDS[language].room })
    this.seats = []
    this.readAt = 0
    this.failures = 0
    this.lines = new Map()
  }

  begin() {
    const { words } = this
    this.warning = element('p', { className: 'warning', id: 'warning', attributes: { role: 'alert' }, hidden: true })
    this.said = element('p', { className: 'said', attributes: { role: 'status' }, hidden: true })
    this.when = element('p', { className: 'help', id: 'when', attributes: { role: 'status' }, textContent: words.wait })
    this.sum = element('ul', { className: 'sums', id: 'sum' })
    this.proof = element('section', { className: 'proof', attributes: { 'aria-live': 'polite' } })
    const acts = ['pause', 'resume', 'extend', 'close'].map((act) => button(words[`${act}All`], act === 'close' ? 'second is-grave' : 'second', () => actOnAll(this, act)))
    this.all = element('div', { className: 'actions', attributes: { role: 'group', 'aria-label': words.all } }, ...acts)
    const heads = ['pupil', 'state', 'where', 'answers'].map((name) => element('th', { scope: 'col', textContent: words[name] }))
    const last = element('th', { scope: 'col' }, element('span', { className: 'unseen', textContent: words.actions }))
    this.body = element('tbody', { id: 'seats' })
    const table = element('table', { className: 'list room-list' }, element('thead', {}, element('tr', {}, ...heads, last)), this.body)
    const print = button(words.print, 'second', () => window.print())
    this.root.replaceChildren(this.warning, this.said, this.sum, this.all, this.when, element('section', { className: 'sheet' }, table), this.proof, element('p', { className: 'actions' }, print))
    this.#show()
    this.look()
  }

  /** Read now, and go on reading; slower while the server is away. */
  async look() {
    clearTimeout(this.timer)
    try {
      const found = await this.call('/seats')
      this.seats = found.seats
      this.readAt = Date.now()
      this.failures = 0
      this.#warn('')
    } catch (error) {
      this.failures += 1
      this.#warn(this.words[reasonOf(error)])
      if (error instanceof Refused && error.status === 410) this.seats = []
    }
    this.#show()
    const pause = Math.min(EVERY_MS * 2 ** this.failures, SLOWEST_MS)
    this.timer = setTimeout(() => this.look(), this.failures ? pause * (0.5 + Math.random() / 2) : pause)
  }

  tell(text) {
    say(this.said, text)
    this.said.hidden = !text
  }

  nameOf({ session, number }) {
    if (!this.people) return fill(this.words.number, { number })
    const person = this.people.get(session)
    return person?.name || fill(this.words.reserve, { number: person?.number ?? number })
  }

  /** A reserve code that nobody was given shows only once somebody uses it. */
  shown() {
    if (!this.people) return [...this.seats].sort((one, other) => one.number - other.number)
    const seats = new Map(this.seats.map((seat) => [seat.session, seat]))
    const known = [...this.people].map(([session, { name }]) => ({ session, name, ...seats.get(session) }))
    return known.filter(({ name, status = 'absent' }) => name || status !== 'absent')
  }

  #warn(text) {
    const { words } = this
    say(this.warning, text)
    this.warning.hidden = !text
    const time = this.readAt ? clock(this.language, this.readAt) : ''
    say(this.when, time ? fill(text ? words.stale : words.at, { time }) : '')
  }

  #show() {
    const shown = this.shown()
    const lines = shown.map((seat) => this.#line(seat))
    if (lines.some((line, place) => this.body.children[place] !== line) || this.body.children.length !== lines.length) this.body.replaceChildren(...lines)
    this.#sums(shown)
    this.#prove(shown)
    this.all.hidden = !this.seats.length
  }

  #sums(shown) {
    const { words } = this
    const count = (...statuses) => shown.filter(({ status }) => statuses.includes(status)).length
    const started = shown.filter(({ status }) => !['absent', 'ready', undefined].includes(status))
    const tiles = [
      ['sumDone', count(...OVER)], ['sumRunning', count('ready', 'running', 'paused')],
      ['sumAbsent', count('absent')], ['sumSafe', `${started.filter(({ safe }) => safe).length}/${started.length}`],
    ]
    const made = tiles.map(([name, value]) => element('li', {}, element('strong', { textContent: String(value) }), element('span', { textContent: words[name] })))
    if (this.readAt) this.sum.replaceChildren(...made)
  }

  /** What stands on the printed page: all answers are in, or whose are not. */
  #prove(shown) {
    const { words } = this
    const names = (seats) => seats.map((seat) => this.nameOf(seat)).join(', ')
    const away = shown.filter(({ status = 'unknown' }) => status === 'absent')
    const open = shown.filter((seat) => !away.includes(seat) && !(OVER.includes(seat.status) && seat.safe))
    const lines = [fill(words.proofAt, { time: day(this.language, this.readAt || Date.now()) })]
    const hasBegun = open.length || shown.some(({ status }) => OVER.includes(status))
    if (this.readAt && hasBegun) lines.push(open.length ? fill(words.proofOpen, { names: names(open) }) : words.proofDone)
    if (away.length) lines.push(fill(words.proofAbsent, { names: names(away) }))
    const text = lines.join('\n')
    if (this.proved === text) return
    this.proved = text
    const isDone = this.readAt && !open.length && shown.some(({ status }) => OVER.includes(status))
    this.proof.className = isDone ? 'proof is-done' : 'proof'
    this.proof.replaceChildren(...lines.map((line) => element('p', { textContent: line })))
  }

  /** A line is made once and changed where it changed, so that no button is lost under a finger. */
  #line(seat) {
    const line = this.lines.get(seat.session) ?? this.#made(seat)
    const { words } = this
    const status = STATUSES.includes(seat.status) ? seat.status : 'unsure'
    say(line.name, this.nameOf(seat))
    say(line.state, words[status])
    line.state.className = `pill${CLASSES[status] ?? ''}`
    const isUnderWay = seat.items && seat.at && !['absent', ...OVER].includes(status)
    line.bar.hidden = !isUnderWay
    const until = ['running', 'paused'].includes(status) && seat.deadline_ms ? fill(words.until, { time: clock(this.language, seat.deadline_ms) }) : ''
    say(line.where, isUnderWay ? [fill(words.item, seat), until].filter(Boolean).join(', ') : until || '–')
    if (isUnderWay) Object.assign(line.bar, { max: seat.items, value: seat.at })
    const [text, className] = this.#safety(seat, status)
    say(line.safe, text)
    line.safe.className = className
    line.act.hidden = !seat.status || OVER.includes(status)
    line.act.setAttribute('aria-label', fill(words.openFor, { name: this.nameOf(seat) }))
    line.seat = seat
    return line.row
  }

  #safety(seat, status) {
    const { words } = this
    if (['absent', 'ready', 'unsure'].includes(status)) return ['–', '']
    if (seat.safe) return [words.safe, 'pill is-safe']
    return seat.held > 0 ? [fill(words.waiting, { count: seat.held }), 'pill is-waiting'] : [words.unknown, 'pill']
  }

  #made(seat) {
    const { words } = this
    const name = element('th', { scope: 'row' })
    const [state, safe, where] = ['span', 'span', 'span'].map((tag) => element(tag))
    const bar = element('progress', { attributes: { 'aria-hidden': 'true' } })
    const line = { name, state, safe, where, bar, seat }
    line.act = button(words.open, 'plain', () => actOn(this, line.seat))
    const cell = (label, ...children) => element('td', { data: { label: words[label] } }, ...children)
    line.row = element('tr', {}, name, cell('state', state), cell('where', element('span', { className: 'track' }, bar, where)), cell('answers', safe), element('td', { className: 'last' }, line.act))
    this.lines.set(seat.session, line)
    return line
  }
}
