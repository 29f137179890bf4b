// The answers on their way: numbered batches, one in flight, kept until the server's archive holds them. The bytes
// of a batch are in the vault before it is first sent, and never change after that. (`box`: see freshState.)

import { Backoff, isPassing, post, rest } from './api.js'

const ENTRIES_MAX = 200
const BYTES_MAX = 60_000 // of the server's 64 KiB
const ENVELOPE_BYTES = 1000 // number, lease and the rest around the answers
const TYPING_PAUSE_MS = 1000
const LONGEST_HOLD_MS = 10_000 // for who never stops typing
const HEARTBEAT_MS = 25_000
const SLOWEST_HEARTBEAT_MS = 60_000 // of a server that has much to do
const BEATS = 3 // a sign of life is worth as much patience as so many batches
const RESEND_MAX = 3 // batches in a row: after an outage everybody has some
const PAUSED_HEARTBEAT_MS = 8000
const PATIENCE_MS = 30_000 // after a refusal that only people can lift
const STALE_MS = 5000
const DISK_MS = 3000
export const STUCK_MAX = 5 // errors of the server in a row, then it is asked whether they are about one batch
export const OVER = ['handed_in', 'session_closed'] // a batch refused so is kept aside

const encoder = new TextEncoder()

export class Outbox {
  backoff = new Backoff()
  flush_after_ms = TYPING_PAUSE_MS
  sent_ms = performance.now()
  changed_ms = 0
  held_since_ms = 0
  not_before_ms = 0
  isAway = false
  isStopped = false
  isHurried = false // send all there is, without waiting for more
  entries_max = ENTRIES_MAX // 1 while one of several answers is one that the server cannot take
  stuck = { n: 0, times: 0 }

  constructor(sitting) {
    this.sitting = sitting
    this.box = sitting.state.box
    sitting.outbox = this
    sitting.on('answers', () => this.changed())
    sitting.on('drifted', () => this.retry())
    this.plan()
  }

  get unacknowledged() {
    return this.box.batches.filter((batch) => batch.n > this.box.last)
  }

  /** Its file is still on its way: the answer that names it waits for it (files.js). */
  holds(item) {
    return Object.values(this.sitting.state.files || {}).some((file) => file.item === item && !file.isSent)
  }

  get isReady() {
    return this.unacknowledged.length > 0 || this.box.full || this.box.dirty.some((item) => !this.holds(item))
  }

  /** How many batches the server has not acknowledged, the one to come included. */
  get waiting() {
    return this.unacknowledged.length + (this.box.dirty.length || this.box.full ? 1 : 0)
  }

  changed() {
    this.changed_ms = performance.now()
    if (this.box.dirty.length === 1) this.held_since_ms = this.changed_ms
    this.plan()
  }

  /** Send when the pupil has stopped typing and the server wants to hear from us; else a sign of life. */
  plan() {
    clearTimeout(this.timer)
    if (this.isStopped) return
    const quiet_ms = Math.min(this.changed_ms + TYPING_PAUSE_MS, this.held_since_ms + LONGEST_HOLD_MS)
    const slow_ms = Math.min(SLOWEST_HEARTBEAT_MS, Math.max(HEARTBEAT_MS, BEATS * this.flush_after_ms))
    const beat_ms = this.sitting.state.paused ? PAUSED_HEARTBEAT_MS : slow_ms
    const due_ms = this.isReady
      ? Math.max(quiet_ms, this.sent_ms + this.flush_after_ms)
      : this.sent_ms + beat_ms * (1 + Math.random() / 5)
    this.timer = setTimeout(() => this.flush(), Math.max(due_ms, this.not_before_ms) - performance.now())
  }

  /** Send what waits; resolves when it is acknowledged, or when nothing more can be done for the moment. */
  flush() {
    clearTimeout(this.timer)
    if (this.isStopped && !this.pump) return Promise.resolve()
    this.pump =
      this.pump ||
      this.run().finally(() => {
        this.pump = null
        this.plan()
      })
    return this.pump
  }

  /** Whether all there is has arrived; false as soon as the line is found to be down. */
  async empties() {
    const { sitting } = this
    if (this.isAway) return false
    let look
    const isAway = new Promise((resolve) => sitting.addEventListener('status', (look = () => this.isAway && resolve())))
    await Promise.race([this.flush(), isAway])
    sitting.removeEventListener('status', look)
    return !this.isAway && !this.waiting
  }

  retry() {
    this.not_before_ms = 0
    return this.flush()
  }

  /** After the end: what a server has lost that had acknowledged it, and no more. */
  async recover() {
    this.isStopped = false
    this.isHurried = true
    await this.retry()
    this.stop()
  }

  /** Where the token lies: after the end on this page alone. */
  get bearer() {
    return this.sitting.isOver && this.sitting.token ? this.sitting : this.sitting.state
  }

  async run() {
    let isAgain = false
    let sent = 0
    do {
      const batch = this.next()
      const reply = await this.send(batch)
      if (this.isStopped) return
      if (reply.ok) this.accepted(batch, reply)
      else if (!(await this.handled(batch, reply))) return
      isAgain = !reply.ok && batch !== null && this.isReady // a sign of life is not repeated
      sent += reply.ok
      this.sitting.keep()
    } while (!this.isStopped && (isAgain || this.goesOn(sent)))
  }

  /** Whether the next one goes at once; after some in a row at the server's pace, unless the test ends. */
  goesOn(sent) {
    if (!this.isReady || this.isHurried) return this.isReady
    return sent < RESEND_MAX && (this.unacknowledged.length > 0 || this.box.full)
  }

  /** The oldest batch that the server lacks, else a new one, else null: a sign of life. */
  next() {
    const { box } = this
    if ((box.top > box.last || this.unacknowledged.length) && !box.full) {
      const batch = this.unacknowledged.find((kept) => kept.n === box.last + 1 || kept.full)
      if (batch) return batch
      box.full = true // a hole that only all we know can close
    }
    return box.full || box.dirty.length ? this.freeze() : null
  }

  /** A new batch; a full one stands for every unacknowledged one before it. A probe has no answers. */
  freeze(isProbe = false) {
    const { box, sitting } = this
    const { full } = box
    if (full) {
      box.dirty = Object.keys(sitting.state.answers).filter((item) => !box.aside[item])
      box.batches = box.batches.filter((kept) => kept.n <= box.last)
    }
    const answers = isProbe ? [] : this.entries()
    if (!answers.length && !full && !isProbe) return null
    const n = Math.max(box.top, box.last) + 1
    const items = answers.map((answer) => answer.item)
    const body = JSON.stringify({ n, answers, full, ...this.presence() })
    const batch = { n, body, items, full, frozen_ms: sitting.clock.now() }
    box.batches.push(batch)
    box.top = n
    box.full = false
    box.dirty = box.dirty.filter((item) => !items.includes(item))
    return batch
  }

  /** As many answers as fit into one batch; one too large for any is set aside. */
  entries() {
    const { box } = this
    const entries = []
    let bytes = ENVELOPE_BYTES
    for (const item of box.dirty.filter((one) => !this.holds(one))) {
      const entry = this.entry(item)
      const size = encoder.encode(JSON.stringify(entry)).length + 1
      if (size > BYTES_MAX - ENVELOPE_BYTES) box.aside[item] = 'too_large'
      else if (entries.length < this.entries_max && bytes + size <= BYTES_MAX) {
        entries.push(entry)
        bytes += size
      }
    }
    box.dirty = box.dirty.filter((item) => !box.aside[item])
    return entries
  }

  entry(item) {
    const { state, clock, since_ms } = this.sitting
    const { response, comment, given_ms } = state.answers[item]
    const running_ms = item === state.at && since_ms ? performance.now() - since_ms : 0
    const elapsed_ms = Math.round((state.spent_ms[item] || 0) + running_ms)
    return { item, response, comment, elapsed_ms, age_ms: Math.max(0, clock.now() - given_ms) }
  }

  presence() {
    const { course, state } = this.sitting
    return { at: state.at || '', held: this.waiting, lease: this.box.lease, ...(course && course.presence()) }
  }

  async send(batch) {
    // Even if this computer dies now, its bytes are the same. A disk that hangs holds up no answer.
    if (batch) await Promise.race([this.sitting.keep(), rest(DISK_MS)])
    this.sent_ms = performance.now()
    this.sitting.emit('status')
    return post((batch && batch.path) || 'answers', batch ? batch.body : { answers: [], ...this.presence() }, this.bearer.token)
  }

  accepted(batch, reply) {
    const { box, sitting } = this
    this.isAway = false
    this.backoff.succeeded()
    if (!this.isReady) this.entries_max = ENTRIES_MAX
    this.flush_after_ms = Math.max(TYPING_PAUSE_MS, reply.flush_after_ms || 0)
    box.lease = reply.lease || box.lease
    // A `last` below what we were told means that the server lost batches: next() sends them again.
    sitting.settle(reply)
    box.told = Math.max(box.told || 0, reply.last)
    // It froze long before it arrived, so its ages are too small: the answers go again, with their true ages.
    const isStale = batch && sitting.clock.now() - batch.frozen_ms > STALE_MS
    if (isStale && reply.late && reply.late !== 'proved') this.again(batch.items)
    this.heard(reply)
    if (reply.view) {
      sitting.state.views[reply.item] = reply.view
      sitting.emit('view', reply.item)
    }
  }

  again(items) {
    const { box } = this
    box.dirty.push(...items.filter((item) => !box.dirty.includes(item) && !box.aside[item]))
  }

  /** What else the server says: the time, pauses, messages. */
  heard({ now_ms, round_trip_ms, remaining_ms, notices = [], token }) {
    const { state, clock } = this.sitting
    const wasPaused = state.paused
    clock.anchor({ now_ms, round_trip_ms })
    // The state of the sitting has changed when there is a new token, and only then.
    if (token) state.paused = notices.some(({ kind }) => kind === 'paused')
    this.bearer.token = token || this.bearer.token
    if (state.session.deadline_ms && remaining_ms && !state.paused) state.session.deadline_ms = now_ms + remaining_ms
    if (state.paused !== wasPaused) this.sitting.emit('paused', state.paused)
    for (const notice of notices) this.sitting.emit('notice', notice)
    this.sitting.emit('time')
  }

  /** Do the one thing that this refusal asks for; false if sending ends here for now. */
  async handled(batch, reply) {
    const { box } = this
    this.isAway = isPassing(reply) || reply.code === 'slow_down'
    if (reply.code === 'bad_answer' && batch) this.setAside(batch, reply.entries || [])
    else if (reply.code === 'gap') this.sitting.gap(reply.last, batch ? batch.n : 0)
    else if (reply.code === 'fork') {
      box.last = box.top = reply.last
      box.batches = box.batches.filter((kept) => kept.n <= reply.last)
      box.full = true
    } else if (OVER.includes(reply.code) && batch && this.sitting.isOver) {
      box.last = batch.n // it is kept aside: on to the next at once, for the pupil may not wait
      this.backoff.succeeded()
      return true
    } else if (!this.isAway) {
      this.not_before_ms = performance.now() + PATIENCE_MS
      this.sitting.emit('refused', reply)
      return false
    }
    if (reply.code === 'internal' && batch && (await this.isStuck(batch))) return true
    this.sitting.emit('status')
    await rest(this.backoff.delay_ms(reply)) // never a tight loop, whatever the server says
    return true
  }

  /** A refused batch consumed no number: its good answers go again under the same one. */
  setAside(batch, entries) {
    const { box } = this
    const bad = entries.length ? entries : batch.items.map((item) => ({ item }))
    for (const { item, problem = 'refused' } of bad)
      if (!box.dirty.includes(item)) box.aside[item] = problem // else: answered anew since, and not refused
    this.release(batch)
    this.sitting.emit('answers')
  }

  /** No number was consumed: what is not aside goes again. */
  release(batch) {
    const { box } = this
    box.batches = box.batches.filter((kept) => kept !== batch)
    if (batch.n === box.top) box.top -= 1
    box.full = batch.full || batch.n <= box.top
    this.again(batch.items)
  }

  /**
   * Whether it has to go otherwise. Some errors of the server pass and some are about what is in a batch; those would
   * hold up all that comes after it. One without answers tells which: where it is taken, each answer goes alone from
   * now on, and one that goes alone is set aside, where the pupil sees it; an attempt first goes as an answer. Where it
   * is not taken, it stays the next to go, as it is: a server that takes nothing is not asked more often.
   */
  async isStuck(batch) {
    const { box, stuck } = this
    const { state } = this.sitting
    if (!batch.items.length) return false
    const times = stuck.n === batch.n ? stuck.times + 1 : 1
    this.stuck = { n: batch.n, times: times % STUCK_MAX }
    if (times < STUCK_MAX) return false
    const [item] = batch.items
    const isAlone = batch.items.length === 1 && !batch.path && !box.dirty.includes(item)
    const { [item]: answer } = state.answers
    this.release(batch)
    const probe = this.freeze(true)
    probe.former = batch.body // what the number stands for if the error came when the server had taken it
    const reply = await this.send(probe)
    const isAside = OVER.includes(reply.code) && this.sitting.isOver
    if (this.isStopped || !(reply.ok || isAside)) return false // it is no batch's fault, or cannot be told yet
    if (isAside) box.last = probe.n
    else this.accepted(probe, reply)
    this.entries_max = 1
    if (isAlone && answer === state.answers[item]) {
      box.aside[item] = 'internal'
      box.dirty = box.dirty.filter((one) => one !== item)
      this.sitting.emit('answers')
    }
    return true
  }

  /** What met an error of the server has its last chance now. */
  reconsider() {
    const { box } = this
    const items = Object.keys(box.aside).filter((item) => box.aside[item] === 'internal')
    for (const item of items) delete box.aside[item]
    this.again(items)
  }

  /** The truth about the answers: saved, away (saved, no line), sending, held (on this disk), memory, aside. */
  get status() {
    if (Object.keys(this.box.aside).length) return 'aside'
    if (!this.waiting) return this.isAway ? 'away' : 'saved'
    if (!this.isAway && !(this.sitting.files && this.sitting.files.isAway)) return 'sending'
    return this.sitting.vault.isDurable ? 'held' : this.sitting.timer ? 'sending' : 'memory'
  }

  stop() {
    this.isStopped = true
    clearTimeout(this.timer)
  }
}
