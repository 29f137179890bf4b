// The keying page: the grid, what the current cell takes, what is saved where, and the hand-in.

import { Grid } from './grid.js'
import { Outbox } from './outbox.js'
import { ask, button, clock, day, element, fill, say } from './page.js'
import { reasonOf } from './calls.js'
import { Tally } from './tally.js'
import { Vault } from './vault.js'
import { WORDS } from './words.js'

const OVER = ['submitted', 'closed']
const AGAIN_MS = 5_000

/** `people` maps a session to its name, empty on the engine's page; `order` sorts rows. */
export async function mountKeying(root, { language, call, room, people = new Map() }) {
  const words = WORDS[language].keying
  const status = element('p', { className: 'warning', attributes: { role: 'alert' }, hidden: true })
  root.replaceChildren(status, element('p', { className: 'help', textContent: words.wait }))
  const began = await begun(call, words, status)
  if (!began.columns.length) {
    root.replaceChildren(element('p', { className: 'sheet nothing', textContent: words.none }))
    return
  }
  const vault = await Vault.open(began.lock, `${room}|${began.holder}`)
  const page = new Keying(root, { language, words, call, vault, began, people })
  await page.outbox.recover()
  page.outbox.start()
  page.refresh()
}

/** The first reply: asked for until it comes. */
async function begun(call, words, status) {
  for (;;) {
    try {
      return await call('/keying')
    } catch (error) {
      say(status, words[reasonOf(error)])
      status.hidden = false
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

class Keying {
  constructor(root, { language, words, call, vault, began, people }) {
    Object.assign(this, { root, language, words, began, who: began.who })
    this.columns = began.columns
    this.rows = this.#named(began.rows, people)
    this.outbox = new Outbox(call, vault, {
      rows: (rows) => this.#learned(rows),
      state: (state) => this.#state(state),
      refused: (entries) => this.#refused(entries),
    })
    this.outbox.learn(began.rows)
    this.at = (session, cell) => this.outbox.at(session, cell)
    this.tally = new Tally(this.rows, this.columns, this.at)
    this.grid = new Grid(words, this, (grid, said) => this.#here(grid, said))
    this.#build()
    this.grid.focus()
    // On a phone the head of the page fills the screen: grid and buttons are what one works with.
    this.foot.scrollIntoView({ block: 'nearest' })
  }

  type(session, cell, kind, value) {
    this.outbox.type(session, cell, kind, value)
  }

  #named(rows, people) {
    const named = rows.map((row) => ({ ...row, name: people.get(row.session) || fill(this.words.number, row) }))
    // A reserve paper that nobody used has no name and nothing keyed.
    const shown = people.size ? named.filter(({ session, cells }) => people.get(session) || Object.keys(cells).length) : named
    const places = new Map([...people.keys()].map((session, place) => [session, place]))
    return people.size ? shown.sort((one, other) => places.get(one.session) - places.get(other.session)) : shown
  }

  #build() {
    const { words } = this
    this.saved = element('p', { className: 'pill', id: 'saved', attributes: { role: 'status' } })
    this.progress = element('progress', { max: this.rows.length * this.columns.length, attributes: { 'aria-label': words.progress } })
    this.count = element('span', { id: 'keyed' })
    this.disputes = button('', 'second is-odd', () => this.grid.nextDispute())
    this.disputes.id = 'disputes'
    this.warning = element('p', { className: 'warning', attributes: { role: 'alert' }, hidden: true })
    this.place = element('p', { className: 'place', attributes: { 'aria-live': 'polite' } })
    this.pad = element('div', { className: 'pad', attributes: { role: 'group', 'aria-label': words.pad } })
    this.foot = element('div', { className: 'key-foot' }, this.place, this.pad)
    const bar = element('div', { className: 'key-head' }, this.saved, element('span', { className: 'track' }, this.progress, this.count), this.disputes)
    const finish = button(words.finish, 'main', () => this.#finish())
    const print = button(words.print, 'second', () => window.print())
    this.proof = element('p', { className: 'help proof' })
    this.root.replaceChildren(
      this.warning,
      bar,
      element('details', { className: 'key-help' }, element('summary', { textContent: words.helpTitle }), ...words.help.map((text) => element('p', { textContent: text }))),
      element('div', { className: 'grid-frame' }, this.grid.table),
      this.foot,
      element('p', { className: 'actions' }, finish, print),
      this.proof,
    )
  }

  refresh() {
    for (let row = 0; row < this.rows.length; row += 1) this.grid.show(row)
    this.grid.feed()
    this.#sums()
    this.#here(this.grid)
  }

  #learned(rows) {
    for (const fresh of rows) {
      const at = this.rows.findIndex(({ session }) => session === fresh.session)
      if (at < 0) continue
      Object.assign(this.rows[at], { status: fresh.status })
      if (!(this.grid.typing && this.grid.row === at)) this.grid.show(at)
    }
    if (rows.length) this.grid.feed()
    this.#sums()
  }

  #sums() {
    const total = this.tally.total()
    const size = this.rows.length * this.columns.length
    this.progress.value = total.keyed
    say(this.count, fill(this.words.keyed, { keyed: total.keyed, size, absent: total.absent, nothing: total.nothing }))
    say(this.disputes, fill(this.words.disputes, { count: total.disputes }))
    this.disputes.hidden = !total.disputes
    const left = this.rows.filter(({ status }) => !OVER.includes(status))
    const said = left.length ? fill(this.words.proofOpen, { names: left.map(({ name }) => name).join(', ') }) : this.words.proofDone
    say(this.proof, `${day(this.language)} : ${said}`)
  }

  /** `landing` of the `waiting` are not on this device either, which takes a moment. */
  #state({ waiting, landing, error }) {
    const { words } = this
    const held = landing ? words.landing : fill(words.waiting, { count: waiting })
    say(this.saved, waiting ? held : fill(words.saved, { time: clock(this.language) }))
    this.saved.className = `pill ${landing ? 'is-landing' : waiting ? 'is-waiting' : 'is-safe'}`
    say(this.warning, error === 'full' ? words.full : error ? words[reasonOf(error)] : '')
    this.warning.hidden = !error
    this.#sums()
  }

  #refused(entries) {
    const names = new Set(entries.map(({ session }) => this.rows.find((row) => row.session === session)?.name))
    say(this.warning, fill(this.words.refused, { count: entries.length, names: [...names].join(', ') }))
    this.warning.hidden = false
    this.refresh()
  }

  /** What the cell with the focus takes, as text and as buttons for a finger. */
  #here(grid, said) {
    if (!this.pad) return
    const { words } = this
    const { marks } = this.at(grid.session, grid.here.cell)
    const whose = (mark) => `${grid.text(mark, grid.here)} (${mark.who && mark.who !== this.who ? words.colleague : words.you})`
    const more = said ? words[said] : marks.length > 1 ? fill(words.decide, { values: marks.map(whose).join(', ') }) : ''
    say(this.place, `${grid.describe()}${more ? `. ${more}` : ''}`)
    this.place.classList.toggle('is-odd', Boolean(more))
    const press = (text, title, wanted) => {
      const made = button(text, 'key', () => grid.act(wanted))
      // The grid keeps the focus: fingers and keys may take turns.
      made.addEventListener('pointerdown', (event) => event.preventDefault())
      if (title) made.append(element('span', { textContent: title }))
      return made
    }
    const digits = grid.here.kind === 'choice'
      ? grid.here.choices.map(({ value, text }, at) => press(String(at + 1), text, { kind: 'value', value }))
      : [...'0123456789,-'].map((sign) => press(sign, '', { sign }))
    const go = grid.here.kind === 'number' ? [press('→', words.next, { move: [0, 1] })] : []
    this.pad.replaceChildren(...digits, ...go, press('–', words.nothing, { kind: 'nothing' }), press(words.absentShort, words.absent, { kind: 'absent' }), press('⌫', words.erase, { erase: true }))
  }

  async #finish() {
    const { words } = this
    const complete = this.tally.complete().filter(({ status }) => !OVER.includes(status))
    const open = this.rows.filter((row) => !OVER.includes(row.status) && !complete.includes(row))
    const missing = open.map((row) => {
      const { keyed, disputes } = this.tally.ofRow(row)
      return element('li', { textContent: fill(disputes ? words.rowDispute : words.rowOpen, { name: row.name, left: this.columns.length - keyed, disputes }) })
    })
    const content = [element('p', { textContent: fill(words.finishText, { count: complete.length }) })]
    if (missing.length) content.push(element('p', { textContent: words.finishOpen }), element('ul', { className: 'names' }, ...missing))
    const actions = [{ text: words.cancel, value: '', className: 'second' }]
    if (complete.length) actions.push({ text: fill(words.finishGo, { count: complete.length }), value: 'go', className: 'main' })
    if ((await ask(words.finishTitle, content, actions)) === 'go') this.outbox.handIn(complete.map(({ session }) => session))
    this.grid.focus()
  }
}
