// Files and drawings on their way to the server: kept on this computer, encrypted, until it has them whole. The answer
// names a file at once and waits for it in the outbox. (`state.files`: see README.)

import { Backoff, call, isPassing } from './api.js'
import { Shelf } from './shelf.js'

const CHUNK_BYTES = 256 * 1024 // what the server takes at once
const SMALLEST_BYTES = 16 * 1024 // on a line that breaks all the time
const PATIENCE_MS = 20_000 // for one chunk, as long as the server waits for it
const HELP_MS = 30_000 // after a refusal that only people can lift
const UNTAKEN = ['file_type', 'file_too_large', 'files_full', 'bad_request', 'not_found', 'too_large', 'lost']

export const filesOf = (sitting) => (sitting.files = sitting.files || new Files(sitting))

/** After hand-in nothing of them stays here. */
export function forget(sitting) {
  const files = filesOf(sitting)
  clearTimeout(files.timer)
  sitting.state.files = undefined
  return files.shelf.clear()
}

const drawn = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

class Files {
  backoff = new Backoff()
  chunk_bytes = CHUNK_BYTES
  isAway = false
  due_ms = {} // drawings wait a little for the next stroke

  constructor(sitting) {
    this.sitting = sitting
    this.shelf = new Shelf(sitting.vault)
    sitting.state.files = sitting.state.files || {}
  }

  get entries() {
    return this.sitting.state.files || {}
  }

  get waiting() {
    return Object.keys(this.entries).filter((id) => !this.entries[id].isSent)
  }

  /** The newest file of a response: [id, { size, label, offset, isSent, ... }], or undefined. */
  of(item, response) {
    return Object.entries(this.entries).find(([, entry]) => entry.item === item && entry.response === response)
  }

  /** Keep a file here, say its id, which is the response, and send it, at the latest after `calm_ms`. */
  async add(item, response, blob, { label = '', calm_ms = 0, given }) {
    const id = drawn()
    const before = this.of(item, response)
    const dueBefore_ms = before && !before[1].isSent && this.due_ms[before[0]]
    await this.shelf.put(id, blob)
    this.drop(item, response)
    this.due_ms[id] = Math.min(dueBefore_ms || Infinity, performance.now() + calm_ms)
    const given_ms = this.sitting.clock.now()
    this.entries[id] = { item, response, size: blob.size, type: blob.type, label, given_ms, offset: 0, isSent: false }
    given(id)
    await this.sitting.keep() // file and answer together
    this.plan(calm_ms)
  }

  /** Forget the file of a response, sent or not. */
  drop(item, response) {
    const found = this.of(item, response)
    if (!found) return
    delete this.entries[found[0]]
    this.shelf.remove(found[0])
  }

  plan(ms) {
    clearTimeout(this.timer)
    if (!this.sitting.isOver && this.waiting.length) this.timer = setTimeout(() => this.flush(), ms)
  }

  /** Send what is due, or all; resolves when that is done, or when the line is away. */
  flush(isHurried = false) {
    this.isHurried = this.isHurried || isHurried
    this.pump =
      this.pump ||
      this.run()
        .catch((problem) => console.error(problem))
        .finally(() => {
          this.pump = null
          this.isHurried = false
          this.plan(this.pause_ms || 1000)
        })
    return this.pump
  }

  async run() {
    this.pause_ms = 0
    for (const id of this.waiting) {
      if (!this.isHurried && this.due_ms[id] > performance.now()) continue
      const reply = await this.send(id)
      if (this.sitting.isOver) return
      this.isAway = !reply.ok && isPassing(reply)
      if (reply.ok) this.sent(id)
      else if (UNTAKEN.includes(reply.code)) this.refused(id, reply)
      else if (!this.isAway) this.sitting.emit('refused', reply)
      this.sitting.emit('status')
      if (reply.ok || UNTAKEN.includes(reply.code)) continue
      this.pause_ms = this.isAway ? this.backoff.delay_ms(reply) : HELP_MS
      return
    }
  }

  /** Chunk after chunk from where the server is; the last reply. */
  async send(id) {
    const entry = this.entries[id]
    const blob = await this.shelf.get(id)
    if (!blob) return { ok: false, code: 'lost' }
    const { item, response, size } = entry
    while (entry.offset < size) {
      const { offset } = entry
      const query = new URLSearchParams({ file: id, item, response, offset, size })
      const body = blob.slice(offset, offset + this.chunk_bytes)
      const options = { token: this.sitting.state.token, body, type: 'application/octet-stream', timeout_ms: PATIENCE_MS }
      const reply = await call('POST', 'files?' + query, options)
      if (this.entries[id] !== entry) return { ok: true } // replaced meanwhile
      if (!reply.ok && reply.code !== 'wrong_offset') {
        this.chunk_bytes = Math.max(SMALLEST_BYTES, this.chunk_bytes / 2)
        return reply
      }
      this.backoff.succeeded()
      this.chunk_bytes = Math.min(CHUNK_BYTES, this.chunk_bytes * 2)
      entry.offset = reply.offset
      this.sitting.keepSoon()
      this.sitting.emit('file', id)
    }
    return { ok: true }
  }

  sent(id) {
    const entry = this.entries[id]
    if (!entry) return
    entry.isSent = true
    this.sitting.keepSoon()
    this.sitting.emit('file', id)
    this.sitting.emit('answers', entry.item) // the answer that names it may go
  }

  /** The server will never take it: the answer is empty again, and the pupil is told where. */
  refused(id, { code, limit_bytes }) {
    const { sitting } = this
    const entry = this.entries[id]
    if (!entry) return
    const { answers, box } = sitting.state
    const { item, response } = entry
    this.drop(item, response)
    const given = answers[item] && answers[item].response
    if (given && given[response] === id) sitting.answer(item, { ...given, [response]: null })
    box.aside[item] = code
    sitting.keepSoon()
    sitting.emit('file', { item, response, code, limit_bytes })
    sitting.emit('answers', item)
  }

  /** The bytes of a file: those kept here, else those that the server has; null if neither can be had. */
  async read(id) {
    const kept = await this.shelf.get(id)
    if (kept) return kept
    const headers = { Authorization: 'Bearer ' + this.sitting.state.token }
    const reply = await fetch('/api/v1/files/' + id, { headers, cache: 'no-store', redirect: 'error' }).catch(() => null)
    return reply && reply.ok ? reply.blob() : null
  }
}
