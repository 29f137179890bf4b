// The class as a table: a row a pupil, a column a question. One cell has the focus; a key fills it and goes on.

import { grown, isNumber, meaning } from './keys.js'
import { element, fill, say } from './page.js'

const OVER = ['submitted', 'closed']

export class Grid {
  /** `model` gives `columns`, `rows`, `at(session, cell)`, `type(...)`; `told(here)` hears where the focus is. */
  constructor(words, model, told) {
    this.words = words
    this.model = model
    this.told = told
    this.row = this.column = 0
    this.typing = ''
    this.cells = []
    this.table = element('table', { className: 'grid-table', attributes: { role: 'grid', 'aria-label': words.grid } })
    this.table.addEventListener('keydown', (event) => this.#key(event))
    this.table.addEventListener('focusin', ({ target }) => this.#enter(target.closest('td')))
    this.table.addEventListener('focusout', () => this.#commit())
    this.#draw()
  }

  get session() {
    return this.model.rows[this.row]?.session
  }

  get here() {
    return this.model.columns[this.column]
  }

  focus() {
    this.#cell(this.row, this.column)?.focus()
  }

  /** Everything anew: a row more, or a row handed in. */
  #draw() {
    const { columns, rows } = this.model
    const heads = columns.map(({ label, section }) => element('th', { scope: 'col', textContent: label, title: section }))
    const top = element('tr', {}, element('th', { scope: 'col', className: 'who', textContent: this.words.pupil }), ...heads, element('th', { scope: 'col', className: 'sum', textContent: this.words.keyedShort }))
    const body = element('tbody')
    this.cells = rows.map((row, at) => {
      const cells = columns.map((_, place) => element('td', { tabIndex: -1, data: { row: at, column: place }, attributes: { role: 'gridcell' } }))
      const sum = element('td', { className: 'sum' })
      body.append(element('tr', {}, element('th', { scope: 'row', className: 'who', textContent: row.name }), ...cells, sum))
      return { cells, sum }
    })
    this.feet = columns.map(() => element('td', { className: 'foot' }))
    this.total = element('td', { className: 'foot sum' })
    const foot = element('tr', {}, element('th', { scope: 'row', className: 'who', textContent: this.words.keyedPupils }), ...this.feet, this.total)
    this.table.replaceChildren(element('thead', {}, top), body, element('tfoot', {}, foot))
    for (let row = 0; row < rows.length; row += 1) this.show(row)
    this.#cell(this.row, this.column)?.setAttribute('tabindex', '0')
    this.feed()
  }

  /** One row as it is now. */
  show(at) {
    const row = this.model.rows[at]
    const line = this.cells[at]
    line.sum.parentElement.classList.toggle('is-over', OVER.includes(row.status))
    for (const [place, column] of this.model.columns.entries()) this.#paint(line.cells[place], row, column)
    const { keyed, disputes } = this.model.tally.ofRow(row)
    say(line.sum, `${keyed}/${this.model.columns.length}`)
    line.sum.className = `sum${disputes ? ' has-dispute' : keyed === this.model.columns.length ? ' is-full' : ''}`
  }

  /** The sums below the columns. */
  feed() {
    const { rows, columns, tally } = this.model
    for (const [place, column] of columns.entries()) {
      const keyed = tally.ofColumn(column)
      say(this.feet[place], String(keyed))
      this.feet[place].classList.toggle('is-full', keyed === rows.length)
    }
    say(this.total, `${tally.total().keyed}/${rows.length * columns.length}`)
  }

  #paint(cell, row, column) {
    const { marks, waits } = this.model.at(row.session, column.cell)
    say(cell, marks.map((mark) => this.text(mark, column)).join(' ≠ '))
    const kind = marks.length > 1 ? 'dispute' : (marks[0]?.kind ?? 'open')
    cell.className = `is-${kind}${waits ? ' waits' : ''}`
    if (marks.length > 1) cell.setAttribute('aria-invalid', 'true')
    else cell.removeAttribute('aria-invalid')
  }

  /** A mark as a keyer reads it: the digit of a choice, a number, A or –. */
  text({ kind, value }, column) {
    if (kind === 'absent') return this.words.absentShort
    if (kind === 'nothing') return '–'
    if (column.kind === 'number') return value.replace('.', ',')
    return String(column.choices.findIndex((choice) => choice.value === value) + 1)
  }

  #cell(row, column) {
    return this.cells[row]?.cells[column]
  }

  #enter(cell) {
    if (!cell?.dataset.row) return
    this.#cell(this.row, this.column)?.setAttribute('tabindex', '-1')
    this.row = Number(cell.dataset.row)
    this.column = Number(cell.dataset.column)
    cell.setAttribute('tabindex', '0')
    this.told(this)
  }

  go(row, column) {
    this.#commit()
    const last = this.model.columns.length - 1
    // Past the end of a line the next one begins, as on paper.
    if (column > last && row + 1 < this.cells.length) [row, column] = [row + 1, 0]
    else if (column < 0 && row > 0) [row, column] = [row - 1, last]
    const to = [Math.max(0, Math.min(row, this.cells.length - 1)), Math.max(0, Math.min(column, last))]
    this.#cell(...to).focus()
    this.#cell(...to).scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  /** Where the next cell is that two teachers fill differently. */
  nextDispute() {
    const { rows, columns } = this.model
    const size = rows.length * columns.length
    const from = this.row * columns.length + this.column
    for (let step = 1; step <= size; step += 1) {
      const place = (from + step) % size
      const [row, column] = [Math.floor(place / columns.length), place % columns.length]
      if (this.model.at(rows[row].session, columns[column].cell).marks.length > 1) return this.go(row, column)
    }
    return undefined
  }

  #key(event) {
    const wanted = meaning(event, this.here)
    if (!wanted) return
    event.preventDefault()
    this.act(wanted)
  }

  /** A key, or a button that stands for one. */
  act(wanted) {
    if (wanted.to) {
      const row = { first: 0, last: this.cells.length - 1 }[wanted.to] ?? this.row
      this.go(row, ['first', 'row'].includes(wanted.to) ? 0 : this.model.columns.length - 1)
    } else if (wanted.move) this.go(this.row + wanted.move[0], this.column + wanted.move[1])
    else if (OVER.includes(this.model.rows[this.row].status)) this.told(this, 'isOver')
    else if (wanted.wrong) this.told(this, 'wrongKey')
    else if (wanted.sign) this.#type(grown(this.typing, wanted.sign))
    else if (wanted.erase) this.#erase()
    else if (wanted.absentRow) this.#absentRow()
    else this.#fill(wanted)
  }

  #fill({ kind, value = '' }) {
    this.typing = ''
    this.#put(this.column, kind, value)
    this.go(this.row, this.column + 1)
  }

  #put(column, kind, value) {
    const { session } = this
    const { cell } = this.model.columns[column]
    const { marks } = this.model.at(session, cell)
    const same = marks.length === 1 && marks[0].kind === kind && marks[0].value === value
    if (!same && (kind !== 'empty' || marks.length)) this.model.type(session, cell, kind, value)
    this.show(this.row)
    this.feed()
  }

  /** A number as far as it goes: kept sign by sign, so that a page that dies takes nothing with it. */
  #type(text) {
    this.typing = text
    if (isNumber(text)) this.#put(this.column, 'value', text.replace(',', '.'))
    const cell = this.#cell(this.row, this.column)
    say(cell, text)
    cell.className = 'is-typing'
  }

  #commit() {
    if (!this.typing) return
    const text = this.typing
    this.typing = ''
    if (isNumber(text)) this.#put(this.column, 'value', text.replace(',', '.'))
    else this.show(this.row)
  }

  #erase() {
    if (this.typing) {
      this.#type(this.typing.slice(0, -1))
      if (!this.typing) this.#put(this.column, 'empty', '')
    } else this.#put(this.column, 'empty', '')
  }

  /** The pupil was not there: every cell from here on that holds nothing yet. */
  #absentRow() {
    for (let place = this.column; place < this.model.columns.length; place += 1) {
      if (!this.model.at(this.session, this.model.columns[place].cell).marks.length) this.#put(place, 'absent', '')
    }
    this.go(this.row + 1, 0)
  }

  describe() {
    const row = this.model.rows[this.row]
    return fill(this.words.where, { pupil: row.name, label: this.here.label, section: this.here.section })
  }
}
