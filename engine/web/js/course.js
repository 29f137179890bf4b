// A test that does not let pupils go everywhere: linear parts, parts one after the other, ways that the server decides.

import { Backoff, isPassing, post, rest } from './api.js'
import { elements } from './fragment.js'
import { button, h, show } from './element.js'
import { load } from './load.js'
import { ask, showNotice } from './notice.js'
import { Paper } from './paper.js'
import { Stretches } from './stretches.js'
import { lacks } from './validity.js'
import { language, speakMore } from './words.js'

const PATIENCE_MS = 15_000 // for the server to say where to go; then the agreed way

let phrases = {}

async function learn() {
  const [more] = await Promise.all([load(`./words/${language}.course.js`), speakMore()])
  phrases = more.default
}

/** The paper of such a test; its course lies in `sitting.course`. */
export async function open(sitting, turn) {
  await learn()
  sitting.course = new Course(sitting)
  return new CoursePaper(sitting, turn)
}

/** On the page before the start: that not every question can be seen at any time. */
export async function instruct({ state }) {
  await learn()
  const text = phrases.howTo[state.session.navigation]
  const line = document.querySelector('.how li span')
  if (line && text) line.textContent = text
}

class CoursePaper extends Paper {
  get course() {
    return this.sitting.course
  }

  async begin() {
    return (await this.course.welcome(this)) || this.go(this.course.here)
  }

  forward() {
    return this.course.forward(this)
  }

  /** `review` leads back to the page before hand-in, if that is where the pupil comes from. */
  async go(index, review) {
    const { course, sitting } = this
    if (course.arrive(index)) return super.go(index)
    if (!course.mayRead(index, review)) return
    const readable = sitting.items.filter(({ number }) => course.mayRead(number - 1, review))
    const { read } = await load('./reading.js')
    return read(sitting, readable, sitting.items[index], review || (() => this.resume()))
  }

  resume() {
    return super.go(this.course.allows(this.index) ? this.index : this.course.here)
  }

  back() {
    const index = this.course.before(this.index)
    if (index >= 0) this.go(index)
  }

  update() {
    super.update()
    if (!this.isOpen) return
    const { course, index, sitting } = this
    this.section.textContent = course.place(sitting.items[index], this.section.textContent)
    this.previous.disabled = course.before(index) < 0
    this.next.firstChild.textContent = course.next(index) || this.next.textContent
    course.dress(this)
  }
}

class Course {
  constructor(sitting) {
    this.sitting = sitting
    this.state = sitting.state
    this.state.route = this.state.route || []
    this.stretches = new Stretches(sitting, phrases, () => this.attached.then((outbox) => outbox.retry()))
    this.rank()
    const { items, state } = sitting
    const met = items.map(({ item }, index) => (state.answers[item] ? index : 0)) // a new seat knows the answers alone
    state.reached = items[Math.max(this.indexOf(state.reached), this.indexOf(state.at), ...met)].item
    this.attached = new Promise((resolve) => (this.attach = resolve))
  }

  /** A number for each question that grows where nobody goes back: at each part, at each question of a linear one. */
  rank() {
    let rank = 0
    const { items } = this.sitting
    this.ranks = items.map(({ part, linear }, index) => (index && (linear || part !== items[index - 1].part) ? ++rank : rank))
    this.parts = [...new Set(items.map(({ part }) => part))]
  }

  indexOf(item) {
    return Math.max(0, this.sitting.items.findIndex((entry) => entry.item === item))
  }

  /** Where the pupil stands: the furthest question reached, or the one last looked at beside it. */
  get here() {
    const at = this.indexOf(this.state.at)
    return this.allows(at) ? at : this.indexOf(this.state.reached)
  }

  allows(index) {
    return this.ranks[index] === this.ranks[this.indexOf(this.state.reached)]
  }

  /**
   * Whether a closed question can be looked at again: when its part was left, and before hand-in also in a linear part.
   * Its author may forbid it.
   */
  mayRead(index, isReview) {
    const { items } = this.sitting
    const { part, control: { allow_review: mayReview } = {} } = items[index]
    const reached = this.indexOf(this.state.reached)
    const isLeft = this.ranks[index] < this.ranks[reached]
    return isLeft && mayReview !== false && (Boolean(isReview) || part !== items[reached].part)
  }

  /** Its time, or its attempts, are over, the pupil has turned away, and its author lets nobody look again. */
  isSpent(entry) {
    const { item, control: { allow_review: mayReview } = {} } = entry
    if (mayReview !== false || item === this.state.at) return false
    const { over } = (this.state.views || {})[item] || {}
    return Boolean(over) || this.stretches.isOver(entry)
  }

  isOpen(index) {
    return this.allows(index) && !this.isSpent(this.sitting.items[index])
  }

  /** The question before this one that can be gone to; -1: there is none. */
  before(index) {
    let place = index - 1
    while (place >= 0 && !this.isOpen(place)) place -= 1
    return place
  }

  /** The first question after this one that has not had its time. */
  beyond(index) {
    const { items } = this.sitting
    const isPast = (entry) => this.stretches.isOver(entry) || this.isSpent(entry)
    let next = index + 1
    while (items[next] && isPast(items[next])) next += 1
    return next
  }

  /** Called when a question is to be shown; false if it may not be. The server learns that it was reached. */
  arrive(index) {
    if (!this.isOpen(index)) return false
    const entry = this.sitting.items[index]
    this.stretches.enter(entry)
    if (!this.state.answers[entry.item]) this.sitting.answer(entry.item, {})
    return true
  }

  isLocked(item) {
    return this.stretches.isOver(this.sitting.items[this.indexOf(item)])
  }

  /** Why a question cannot be opened, in a word. */
  closed(index, isReview) {
    if (this.isOpen(index)) return ''
    if (this.allows(index)) return phrases.closed
    if (this.mayRead(index, isReview)) return phrases.readable
    return this.ranks[index] < this.ranks[this.indexOf(this.state.reached)] ? phrases.closed : phrases.ahead
  }

  /** What stands above the number of the question. */
  place({ part }, title) {
    const number = this.parts.indexOf(part) + 1
    return [this.parts.length > 1 && phrases.part(number), title].filter(Boolean).join(' · ')
  }

  /** What the button that leads on says; undefined: what it says anyway. */
  next(index) {
    const { items } = this.sitting
    const leaves = items[index + 1] ? items[index + 1].part !== items[index].part : this.endAsks
    return leaves ? phrases.nextPart : undefined
  }

  /** After which question the server says whether this is the end. */
  get endAsks() {
    const { items, ask: after } = this.state.order[this.state.order.length - 1]
    return items.length ? undefined : after
  }

  dress(paper) {
    this.stretches.dress(paper, this.sitting.items[paper.index], () => this.forward(paper))
  }

  async forward(paper) {
    const { items } = this.sitting
    const entry = items[paper.index]
    if (this.isBusy || (!this.isLocked(entry.item) && !(await this.mayLeave(paper, entry)))) return
    this.isBusy = true
    try {
      await this.lead(paper, entry)
    } finally {
      this.isBusy = false
    }
  }

  /** What must be done before this question is left, said rather than trapped. */
  async mayLeave(paper, entry) {
    const { allow_skipping: skipping, validate_responses: validate } = entry.control || {}
    const { items } = this.sitting
    const problems = validate ? lacks(paper.body, this.responseOf(entry.item), phrases) : []
    if (skipping === false && !this.isAnswered(entry.item)) problems.unshift(phrases.mustAnswer)
    const ahead = items[paper.index + 1]
    const isOpen = ahead && this.allows(paper.index + 1)
    const wait_ms = isOpen ? 0 : this.stretches.least_ms(entry, ahead)
    if (wait_ms) problems.push(phrases.tooSoon(Math.ceil(wait_ms / 1000)))
    if (problems.length) await ask('alert', phrases.notYet, problems, [[phrases.understood, true]])
    return !problems.length
  }

  responseOf(item) {
    const { response = {} } = this.state.answers[item] || {}
    return response
  }

  isAnswered(item) {
    return Object.values(this.responseOf(item)).some((value) => value !== null)
  }

  /** On to the next question; over a border only when the pupil has agreed, and knows where it leads. */
  async lead(paper, entry) {
    const { sitting } = this
    let index = this.beyond(paper.index)
    let ahead = sitting.items[index]
    const after = ahead ? ahead.ask : this.endAsks
    const isBorder = ahead ? this.ranks[index] !== this.ranks[paper.index] : Boolean(after)
    if (isBorder && !(await this.agrees(entry, ahead))) return
    if (after) {
      if (!(await this.askWay(after)) || sitting.isOver) return
      index = this.beyond(this.indexOf(after))
      ahead = sitting.items[index]
    }
    if (!ahead) return this.end(paper, entry)
    if (isBorder) this.reach(ahead)
    if (ahead.part !== entry.part) return this.showPart(ahead, () => paper.go(index))
    paper.go(index)
  }

  end(paper, entry) {
    paper.index = this.indexOf(entry.item)
    return paper.turn.finish()
  }

  reach({ item }) {
    this.state.reached = item
    this.sitting.keep()
  }

  /** Is the pupil sure to leave what cannot be entered again? Between two answered questions of a linear part: yes. */
  async agrees(entry, ahead) {
    const { items } = this.sitting
    const leavesPart = !ahead || ahead.part !== entry.part
    if (this.isLocked(entry.item) || (!leavesPart && this.isAnswered(entry.item))) return true
    const among = leavesPart && !entry.linear ? items.filter(({ part }) => part === entry.part) : [entry]
    const missing = among.filter(({ item }) => !this.isAnswered(item)).map(({ number }) => number)
    const lines = [missing.length > 0 && phrases.missing(missing), leavesPart ? phrases.partCloses : phrases.noWayBack]
    const choices = [[phrases.stay, false, 'second'], [leavesPart ? phrases.nextPart : phrases.goOn, true]]
    return ask(missing.length ? 'alert' : 'check', leavesPart ? phrases.leavePart : phrases.leaveItem, lines, choices)
  }

  /** The server decides by the answers it holds; while it is away the way goes on as agreed. false: it refused. */
  async askWay(after) {
    const { sitting, state } = this
    const until_ms = performance.now() + PATIENCE_MS
    const backoff = new Backoff()
    sitting.look(null)
    showNotice('sending', 'sending', phrases.wayComes, [phrases.wayText])
    while (performance.now() < until_ms && navigator.onLine) {
      const outbox = await this.attached
      outbox.isHurried = true
      await Promise.race([outbox.retry(), rest(until_ms - performance.now())])
      outbox.isHurried = false
      const { last } = state.box
      const question = { kind: 'route', after, route: state.route, last }
      const reply = outbox.waiting ? {} : await post('attempts', question, state.token)
      if (reply.ok) return this.follow(reply)
      if (reply.code && reply.code !== 'gap' && !isPassing(reply)) {
        sitting.emit('refused', reply)
        return false
      }
      await rest(Math.min(backoff.delay_ms(reply), Math.max(0, until_ms - performance.now())))
    }
    return true
  }

  async follow({ step, order, feedback }) {
    const { sitting, state } = this
    if (!step) return true
    state.route.push(step)
    state.order = order
    sitting.list = null
    this.rank()
    const [, to, at_ms] = /^\w+>(\w*)@(\d+)/.exec(step)
    const ahead = sitting.items.find(({ item }) => item === to)
    if (ahead) this.stretches.enter(ahead, Number(at_ms))
    await sitting.keep()
    sitting.emit('answers')
    for (const told of feedback) await this.tell(told)
    return true
  }

  tell({ title, html }) {
    const text = h('div', { class: 'item own' }, elements(html))
    return ask('message', title || phrases.word, [text], [[phrases.goOn, true]])
  }

  /** Before the very first question: what its part is like, if there is something to say. */
  async welcome(paper) {
    const { sitting, state } = this
    const [first] = sitting.items
    if (state.at) return false
    sitting.header = await sitting.content.open(state.key)
    const { parts = [] } = sitting.header
    const { rubric } = parts.find(({ id }) => id === first.part) || {}
    if (!rubric && !first.linear) return false
    paper.index = 0
    this.showPart(first, () => paper.go(0))
    return true
  }

  /** What a part is like. */
  showPart(ahead, begin) {
    const { header, state } = this.sitting
    const { title, rubric } = ((header && header.parts) || []).find(({ id }) => id === ahead.part) || {}
    const number = this.parts.indexOf(ahead.part) + 1
    const { max_ms } = ((state.session.limits || {}).within || {})[ahead.part] || {}
    show(
      'part',
      phrases.part(number),
      h(
        'div',
        { class: 'card broad' },
        h('h1', {}, title ? `${phrases.part(number)} · ${title}` : phrases.part(number)),
        rubric && h('div', { class: 'item own' }, elements(rubric)),
        max_ms && h('p', {}, phrases.partTime(Math.round(max_ms / 60_000) || 1)),
        h('p', {}, ahead.linear ? phrases.linearPart : phrases.freePart),
        h('div', { class: 'actions' }, button('main big', begin, phrases.beginPart)),
      ),
    )
  }

  /** What rides on the batches: the way, and when what is timed was entered. */
  presence() {
    const { route, entered } = this.state
    return {
      ...(route.length ? { route } : {}),
      ...(entered ? { entered, frozen_ms: this.sitting.clock.now() } : {}),
    }
  }

  /** What the author says at the end. */
  async lastWords(token) {
    if (!this.state.session.tells) return []
    const reply = await post('attempts', { kind: 'last-words', route: this.state.route }, token)
    return reply.ok ? reply.feedback.map(({ title, html }) => ({ title, nodes: elements(html) })) : []
  }
}
