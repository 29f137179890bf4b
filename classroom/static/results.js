// The results of a class: groups by domain, beside the country's; each pupil; a sheet a pupil to print. Names, where
// there are any, are joined here in memory and nowhere else.

import { reasonOf } from './calls.js'
import { button, day, element, fill } from './page.js'
import { Figures } from './figures.js'
import { sheetOf } from './sheet.js'
import { RESULTS } from './words.results.js'

const AGAIN_MS = 15_000

/** `people` maps a session to { name, number }. */
export function mountResults(root, { language, call, people = null }) {
  new Results(root, { language, call, people }).begin()
}

/** What the colours mean. */
export function legendOf({ groups }, language) {
  const entries = groups.map((group, number) => element('li', {}, element('i', { className: `g${number} of${groups.length}`, attributes: { 'aria-hidden': 'true' } }), group[language]))
  return element('ul', { className: 'legend' }, ...entries)
}

/** One line of groups: their sizes as widths, said in words for those who do not see them. */
export function barOf({ groups }, { language, words, label, counts, mean, isFar = false }) {
  const known = counts.map((count) => count ?? 0)
  const told = counts.map((count, number) => (count === null ? `${groups[number][language]} : ${words.hidden}` : fill(words.inGroup, { count, group: groups[number][language] })))
  const total = known.reduce((sum, count) => sum + count, 0)
  const pieces = known.map((count, number) => {
    const piece = element('i', { className: `g${number} of${groups.length}`, title: told[number], textContent: !isFar && count ? String(count) : '' })
    piece.style.flexGrow = count
    piece.hidden = !count
    return piece
  })
  const percent = mean === null ? words.noMean : fill(words.mean, { percent: Math.round(mean * 100) })
  const bar = element('span', { className: isFar ? 'bar is-far' : 'bar', attributes: { role: 'img', 'aria-label': `${label} : ${told.join(', ')}` } }, ...(total ? pieces : []))
  return element('p', { className: 'bar-line' }, element('span', { className: 'bar-name', textContent: label }), bar, element('span', { className: 'bar-mean', textContent: percent }))
}

class Results {
  constructor(root, { language, call, people }) {
    Object.assign(this, { root, language, call, people, words: RESULTS[language], order: 'byName' })
  }

  async begin() {
    const { words } = this
    this.root.replaceChildren(element('p', { className: 'help', textContent: words.wait, attributes: { role: 'status' } }))
    try {
      this.found = (await this.call('/results')).results
      this.show()
    } catch (error) {
      const reason = reasonOf(error)
      this.root.replaceChildren(element('p', { className: 'warning', id: 'warning', textContent: words[reason], attributes: { role: 'alert' } }))
      if (reason === 'away') setTimeout(() => this.begin(), AGAIN_MS)
    }
  }

  nameOf({ session, number }) {
    const known = this.people?.get(session)
    return known?.name || fill(this.words.number, { number: known?.number ?? number ?? session.slice(0, 6) })
  }

  show() {
    this.root.replaceChildren(...this.found.map((one) => this.#of(one)))
  }

  #of(one) {
    const { words } = this
    const figures = new Figures(one)
    const until = element('p', { className: 'help', textContent: fill(words.until, { time: day(this.language, one.closes_ms) }) })
    const title = element('h2', { textContent: one.title, lang: one.language })
    if (!one.pupils.length) return element('section', { className: 'results' }, title, until, element('p', { className: 'notice', textContent: words.none }))
    const actions = element('p', { className: 'actions' }, button(words.printSheets, 'second', () => this.#printSheets(one, figures)), button(words.printAll, 'second', () => window.print()))
    const national = one.national ? null : element('p', { className: 'help', textContent: words.noNational })
    return element('section', { className: 'results' }, title, until, element('h3', { textContent: words.classTitle }), legendOf(one, this.language), ...one.rows.map((row, place) => this.#row(one, figures, row, place)), national, element('h3', { textContent: words.pupilsTitle }), this.#sorting(), this.#table(one, figures), actions)
  }

  #row(one, figures, { domain }, place) {
    const { words } = this
    const mine = figures.ofClass(place)
    const common = { language: this.language, words }
    const parts = [barOf(one, { ...common, label: words.class, counts: mine.groups, mean: mine.mean })]
    const theirs = one.national?.rows[place]
    if (theirs) parts.push(barOf(one, { ...common, label: words.national, counts: theirs.groups, mean: theirs.mean, isFar: true }))
    if (mine.incomplete) parts.push(element('p', { className: 'help', textContent: fill(words[mine.incomplete > 1 ? 'incompletes' : 'incomplete'], { count: mine.incomplete }) }))
    return element('div', { className: 'domain' }, element('h4', { textContent: domain || words.whole }), ...parts)
  }

  #sorting() {
    const { words } = this
    const choices = ['byName', 'byScore'].map((order) => {
      const made = button(words[order], 'second', () => {
        this.order = order
        this.show()
      })
      made.setAttribute('aria-pressed', String(order === this.order))
      return made
    })
    return element('div', { className: 'actions', attributes: { role: 'group', 'aria-label': words.sort } }, ...choices)
  }

  sorted(pupils) {
    const byName = (a, b) => this.nameOf(a).localeCompare(this.nameOf(b), this.language, { numeric: true })
    const share = ({ marks: [whole] }) => (whole.max ? whole.score / whole.max : -1)
    return [...pupils].sort(this.order === 'byScore' ? (a, b) => share(b) - share(a) || byName(a, b) : byName)
  }

  #table(one, figures) {
    const { words } = this
    const heads = [words.pupil, ...one.rows.map(({ domain }) => domain || words.whole)].map((textContent) => element('th', { scope: 'col', textContent }))
    const last = element('th', { scope: 'col' }, element('span', { className: 'unseen', textContent: words.sheet }))
    const lines = this.sorted(one.pupils).map((pupil) => {
      const name = this.nameOf(pupil)
      const cells = pupil.marks.map((mark, place) => element('td', { data: { label: one.rows[place].domain || words.whole } }, this.mark(one, mark)))
      const open = button(words.sheet, 'plain', () => this.#showSheet(one, figures, pupil))
      open.setAttribute('aria-label', fill(words.sheetOf, { name }))
      return element('tr', {}, element('th', { scope: 'row', textContent: name }), ...cells, element('td', { className: 'last' }, open))
    })
    return element('div', { className: 'sheet grid-scroll', tabIndex: 0, attributes: { role: 'region', 'aria-label': words.pupilsTitle } }, element('table', { className: 'list results-list' }, element('thead', {}, element('tr', {}, ...heads, last)), element('tbody', {}, ...lines)))
  }

  /** Points and group; the group's name is there for all, its colour beside it. */
  mark({ groups }, { score, max, group, absent, unkeyed }) {
    const { words } = this
    const lack = absent ? words[max ? 'absentFor' : 'absent'] : unkeyed ? words[max ? 'unkeyedFor' : 'unkeyed'] : ''
    if (!max) return lack ? element('span', { className: 'pill', textContent: lack }) : element('span', { textContent: '–' })
    const points = element('span', { textContent: fill(words.points, { score: this.#number(score), max: this.#number(max) }) })
    const label = group === null ? lack || words.waiting : groups[group][this.language]
    return element('span', { className: 'mark' }, points, element('span', { className: group === null ? 'pill' : `pill g${group} of${groups.length}`, textContent: label }))
  }

  #number(value) {
    return new Intl.NumberFormat(this.language, { maximumFractionDigits: 2 }).format(value)
  }

  #showSheet(one, figures, pupil) {
    const { words } = this
    const box = element('dialog', { className: 'ask fiche-box', attributes: { 'aria-label': fill(words.sheetOf, { name: this.nameOf(pupil) }) } })
    const print = button(words.print, 'second', () => this.#print([sheetOf(this, one, figures, pupil)]))
    box.append(sheetOf(this, one, figures, pupil), element('p', { className: 'actions' }, print, button(words.close, 'main', () => box.close())))
    box.addEventListener('close', () => box.remove())
    document.body.append(box)
    box.showModal()
  }

  #printSheets(one, figures) {
    this.#print(this.sorted(one.pupils).map((pupil) => sheetOf(this, one, figures, pupil)))
  }

  /** Nothing but the sheets goes to the printer; they leave the page with it. */
  #print(sheets) {
    const place = element('div', { className: 'to-print' }, ...sheets)
    document.body.append(place)
    document.body.classList.add('is-printing')
    addEventListener('afterprint', () => {
      document.body.classList.remove('is-printing')
      place.remove()
    }, { once: true })
    window.print()
  }
}
