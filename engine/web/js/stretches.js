// The times of parts, sections and questions: when they began, how long they last, what happens when they are over.

import { countdown } from './clock.js'
import { close } from './closed.js'
import { h, icon, style } from './element.js'
import { ask, say } from './notice.js'

const TICK_MS = 500
const CALL_MS = 60_000

export class Stretches {
  constructor(sitting, phrases, ended) {
    this.sitting = sitting
    this.ended = ended
    this.phrases = phrases
    this.limits = (sitting.state.session.limits || {}).within || {}
    this.timing = setInterval(() => this.tick(), TICK_MS)
  }

  path({ part, within = [], section, item }) {
    return [part, ...within, section, item]
  }

  /** Their time begins with the test, when the server led there, or when they are first looked at; once. */
  enter(entry, led_ms) {
    const { clock, items, state } = this.sitting
    const isFirst = entry.item === items[0].item
    for (const node of this.path(entry).filter((name) => this.limits[name])) {
      state.entered = state.entered || {}
      if (state.entered[node]) continue
      const at_ms = isFirst ? state.session.started_at_ms : led_ms || clock.now()
      state.entered[node] = [at_ms, state.session.deadline_ms]
      this.sitting.keepSoon()
    }
  }

  /** By which the clock of a stretch has advanced; it stands still with that of the test. */
  spent_ms(node) {
    const { clock, state } = this.sitting
    const [at_ms, deadline_ms] = (state.entered || {})[node] || []
    if (at_ms === undefined) return 0
    return Math.max(0, clock.now() - at_ms - (state.session.deadline_ms - deadline_ms))
  }

  left_ms(node) {
    const { max_ms } = this.limits[node] || {}
    return max_ms ? Math.max(0, max_ms - this.spent_ms(node)) : null
  }

  /** The stretch that ends first, of those around a question: [name, what is left of it], or null. */
  tightest(entry) {
    const timed = this.path(entry).map((node) => [node, this.left_ms(node)])
    return timed.filter(([, left_ms]) => left_ms !== null).sort(([, a], [, b]) => a - b)[0] || null
  }

  isOver(entry) {
    return this.path(entry).some((node) => this.left_ms(node) === 0 && !this.limits[node].late)
  }

  /** How long a pupil has to stay yet in what would be left. */
  least_ms(entry, ahead) {
    const kept = ahead ? this.path(ahead) : []
    const left = this.path(entry).filter((node) => !kept.includes(node) && (this.limits[node] || {}).min_ms)
    return Math.max(0, ...left.map((node) => this.limits[node].min_ms - this.spent_ms(node)))
  }

  dress(paper, entry, onward) {
    style('course')
    if (paper.head.stretch === undefined) {
      paper.head.stretch = h('p', { class: 'stretch' })
      paper.head.after(paper.head.stretch)
    }
    Object.assign(this, { paper, entry, onward })
    this.tick()
  }

  tick() {
    const { paper, entry, sitting } = this
    if (sitting.isOver) return clearInterval(this.timing)
    if (!entry || !paper.isOpen || sitting.items[paper.index] !== entry) return
    const timed = this.tightest(entry)
    paper.head.stretch.hidden = !timed
    if (!timed) return
    this.write(timed)
    if (this.isOver(entry)) this.lock(timed[0])
  }

  write([node, left_ms]) {
    const { stretch } = this.paper.head
    const text = left_ms ? this.phrases.left[node[0]](countdown(left_ms)) : this.phrases.over[node[0]]
    if (stretch.textContent !== text) stretch.replaceChildren(icon('clock'), h('span', {}, text))
    stretch.classList.toggle('is-short', left_ms <= CALL_MS)
    if (this.before_ms > CALL_MS && left_ms <= CALL_MS && left_ms && this.called !== node) {
      this.called = node
      say(this.phrases.minute[node[0]])
    }
    this.before_ms = left_ms
  }

  /** Its answers stand as they are; the pupil is led on, once. */
  async lock(node) {
    const { paper, phrases, onward } = this
    close(paper.body)
    if (this.told === node || this.sitting.state.paused) return
    this.told = node
    this.ended() // what was answered in time arrives in time
    await ask('clock', phrases.over[node[0]], [phrases.overText], [[phrases.goOn, true]])
    onward()
  }
}
