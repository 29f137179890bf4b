// One pupil's sitting: what is known and kept of it.

import { Clock } from './clock.js'
import { Content } from './content.js'

const KEEP_PAUSE_MS = 300

/** What the vault holds; README.md explains it. */
export const freshState = ({ session, last }) => ({
  session,
  answers: {},
  spent_ms: {},
  marks: [],
  at: null,
  box: { last, sealed: 0, top: last, batches: [], dirty: [], full: false, aside: {} },
})

export class Sitting extends EventTarget {
  asked = {} // by item, what it asks for: see progress.js

  constructor(vault) {
    super()
    this.vault = vault
    this.state = vault.state
    this.content = new Content(this.state.session.form)
    this.clock = new Clock(this.state.clock)
    document.addEventListener('visibilitychange', () => this.visible(!document.hidden))
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  on(name, act) {
    this.addEventListener(name, ({ detail }) => act(detail))
  }

  adopt(reply) {
    const { state } = this
    this.clock.anchor(reply)
    state.token = reply.token || state.token
    state.session = reply.session || state.session
    state.instructions = reply.instructions
    state.slot_ms = reply.slot_ms
    state.paused = state.session.status === 'paused'
    if (reply.content_key) {
      state.key = reply.content_key
      state.order = reply.order
      state.views = { ...reply.views, ...state.views }
      state.hasOldViews = Object.keys(state.answers).length > 0
    }
    this.settle(reply)
    return this.keep()
  }

  settle({ last, sealed }) {
    const { box } = this.state
    box.last = last
    box.top = Math.max(box.top, last)
    box.sealed = Math.max(box.sealed, sealed)
    box.batches = box.batches.filter((batch) => batch.n > box.sealed)
  }

  /**
   * The server holds up to `last`, and did not take `n` (0: no batch at all). With nothing missing before it, it does
   * not know this seat: its numbers say nothing of our batches, and all we know goes above them.
   */
  gap(last, n) {
    const { box } = this.state
    box.last = last
    if (n > last + 1) return
    box.top = Math.max(box.top, last)
    box.full = true
  }

  /** In this pupil's order. */
  get items() {
    let number = 0
    return (this.list =
      this.list ||
      this.state.order.flatMap(({ items, ask, ...run }) =>
        items.map(({ choices = {}, ...entry }, place) => ({
          ...run,
          ...entry,
          choices,
          ask: place ? undefined : ask,
          number: ++number,
        })),
      ))
  }

  answer(item, response) {
    const { comment, ...old } = this.state.answers[item] || {}
    if (JSON.stringify(old.response) === JSON.stringify(response)) return
    this.take(item, { response, comment, given_ms: this.clock.now() })
  }

  /** What the pupil has to say about an item; it travels with the answer. */
  comment(item, comment) {
    this.take(item, { response: {}, given_ms: this.clock.now(), ...this.state.answers[item], comment })
  }

  take(item, answer) {
    const { answers, box } = this.state
    if (this.course && this.course.isLocked(item)) return
    answers[item] = answer
    delete box.aside[item]
    if (!box.dirty.includes(item)) box.dirty.push(item)
    this.keepSoon()
    this.emit('answers', item)
    this.emit('status')
  }

  /** This item is on the screen now; null: none is. */
  look(item) {
    this.visible(false)
    if (item) this.state.at = item
    this.visible(Boolean(item) && !document.hidden)
  }

  visible(isVisible) {
    const { at, spent_ms } = this.state
    const now_ms = performance.now()
    if (this.since_ms) spent_ms[at] = Math.round((spent_ms[at] || 0) + now_ms - this.since_ms)
    this.since_ms = isVisible && at ? now_ms : 0
    if (isVisible && this.clock.hasDrifted()) this.emit('drifted')
    this.keep()
  }

  async keep() {
    clearTimeout(this.timer)
    this.timer = 0
    this.state.clock = this.clock.keep()
    await this.vault.keep()
    this.emit('status')
  }

  keepSoon() {
    this.timer = this.timer || setTimeout(() => this.keep(), KEEP_PAUSE_MS)
  }
}
