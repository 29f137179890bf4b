// From the keys to the server. What is typed stands on the screen at once, on this device a moment later, on the
// server when it can be reached; only then is it forgotten here.
//
// Each typing names all marks that its keyer saw in the cell, and its own earlier ones that may have arrived or
// not. So a lost reply, a repeated request and a colleague at the same cell all come out right.

const GATHER_MS = 400
const POLL_MS = 10_000
const SLOWEST_MS = 60_000
const SEND_MAX = 200
const OVER_MAX = 32

export class Outbox {
  #call
  #vault
  #told
  #waiting = new Map()
  #number = 0
  #failures = 0
  #size = SEND_MAX
  #timer = 0
  #busy = false
  #error = null
  #handIn = []
  #device = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, '0')).join('')

  /** `told` hears: `rows(rows)`, `state({ waiting, landing, error })`, `refused(entries)`. */
  constructor(call, vault, told) {
    this.#call = call
    this.#vault = vault
    this.#told = told
    this.known = {}
    this.marks = new Map()
    addEventListener('online', () => this.#soon(0))
  }

  static key = (session, cell) => `${session}/${cell}`

  /** The rows as the server tells them. */
  learn(rows) {
    for (const { session, tag, cells } of rows) {
      this.known[session] = tag
      for (const [cell, marks] of Object.entries(cells)) this.marks.set(Outbox.key(session, cell), marks)
    }
  }

  /** What stands in a cell: what was typed here and waits, else what the server has. */
  at(session, cell) {
    const key = Outbox.key(session, cell)
    const waiting = this.#waiting.get(key)
    const marks = waiting ? [waiting] : (this.marks.get(key) ?? [])
    return { marks: marks.filter(({ kind }) => kind !== 'empty'), waits: Boolean(waiting) }
  }

  get waiting() {
    return this.#waiting.size
  }

  /** Everything that an earlier page left behind. */
  async recover() {
    for (const entry of await this.#vault.left()) this.#waiting.set(Outbox.key(entry.session, entry.cell), { ...entry, sent: true, kept: true })
    this.#tell()
    this.#soon(0)
  }

  type(session, cell, kind, value = '') {
    const key = Outbox.key(session, cell)
    const before = this.#waiting.get(key)
    const seen = (this.marks.get(key) ?? []).map(({ id }) => id)
    const own = before ? [...before.over, ...(before.sent ? [before.id] : [])] : []
    const over = [...new Set([...own, ...seen])].slice(-OVER_MAX)
    const entry = { id: `${this.#device}-${++this.#number}`, session, cell, kind, value, over, at: Date.now() }
    this.#waiting.set(key, entry)
    this.#keep(entry, before?.id)
    this.#tell(this.#error)
    this.#soon(GATHER_MS)
  }

  /** Only what has landed in the vault is said to lie on this computer. */
  async #keep(entry, replaced) {
    try {
      await this.#vault.keep(entry, replaced)
      entry.kept = true
    } catch {
      entry.unkeepable = true
    }
    this.#tell(this.#error)
  }

  handIn(sessions) {
    this.#handIn = sessions
    this.#soon(0)
  }

  start() {
    this.#soon(POLL_MS)
  }

  #soon(ms) {
    if (this.#busy) return
    if (this.#timer && ms > 0 && this.#due <= Date.now() + ms) return
    clearTimeout(this.#timer)
    this.#due = Date.now() + ms
    this.#timer = setTimeout(() => this.#send(), ms)
  }

  #due = 0

  async #send() {
    this.#timer = 0
    this.#busy = true
    const entries = [...this.#waiting.values()].slice(0, this.#size)
    for (const entry of entries) entry.sent = true
    const handIn = this.#waiting.size === entries.length ? this.#handIn : []
    const typed = entries.map(({ session, cell, id, kind, value, over }) => ({ session, cell, id, kind, value, over }))
    try {
      const told = await this.#call('/keying', { method: 'POST', body: { known: this.known, typed, hand_in: handIn } })
      this.#failures = 0
      this.#size = SEND_MAX
      if (handIn.length) this.#handIn = []
      this.#taken(entries, told)
    } catch (error) {
      if (error.status === 400 && entries.length) this.#wrong(entries)
      else this.#failures += 1
      this.#tell(error)
    }
    this.#busy = false
    const hurry = this.#waiting.size || this.#handIn.length
    const slowed = Math.min(1000 * 2 ** this.#failures, SLOWEST_MS) * (0.5 + Math.random() / 2)
    this.#soon(this.#failures ? slowed : hurry ? GATHER_MS : POLL_MS)
  }

  #taken(entries, { rows, refused }) {
    this.learn(rows)
    this.#settle(entries)
    this.#told.rows(rows)
    if (refused.length) this.#told.refused(entries.filter(({ id }) => refused.includes(id)))
    this.#tell()
  }

  /** The request was not understood: one of these can never be taken. Send them singly, and set that one aside. */
  #wrong(entries) {
    if (entries.length > 1) {
      this.#size = 1
      return
    }
    this.#settle(entries)
    this.#told.refused(entries)
  }

  #settle(entries) {
    for (const entry of entries) {
      const key = Outbox.key(entry.session, entry.cell)
      if (this.#waiting.get(key) === entry) this.#waiting.delete(key)
    }
    this.#vault.forget(entries.map(({ id }) => id)).catch(() => {})
  }

  #tell(error = null) {
    this.#error = error
    const entries = [...this.#waiting.values()]
    const landing = entries.filter(({ kept }) => !kept).length
    const full = entries.some(({ unkeepable }) => unkeepable) ? 'full' : null
    this.#told.state({ waiting: entries.length, landing, error: full ?? error })
  }
}
