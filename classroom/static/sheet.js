// One pupil's sheet, for a screen and for paper: each domain, then each question.

import { element, fill } from './page.js'

/** What is said of one question: an absence and a blank are no wrong answers. */
function saidOf(kind, score, max) {
  if (kind === 'absent') return 'absent'
  if (score === null) return kind === 'empty' ? 'unkeyed' : 'open'
  if (score >= max) return 'right'
  if (score > 0) return 'partly'
  return kind === 'value' ? 'wrong' : 'blank'
}

/** `page` is the page of results: its words, its language, its names. */
export function sheetOf(page, one, figures, pupil) {
  const { words } = page
  const lines = one.rows.map(({ domain }, place) => {
    const mean = figures.ofClass(place).mean
    const beside = mean === null ? '–' : fill(words.mean, { percent: Math.round(mean * 100) })
    return element('tr', {}, element('th', { scope: 'row', textContent: domain || words.whole }), element('td', {}, page.mark(one, pupil.marks[place])), element('td', { textContent: beside }))
  })
  const heads = [words.sheetDomain, words.sheetPoints, words.class].map((textContent) => element('th', { scope: 'col', textContent }))
  const items = one.items.map(({ title, max }, number) => {
    const score = pupil.items[number]
    const said = saidOf(pupil.kinds[number], score, max)
    return element('li', { className: `is-${said}` }, element('span', { textContent: title, lang: one.language }), element('span', { className: 'pill', textContent: words[said] }))
  })
  return element(
    'article', { className: 'fiche' },
    element('h2', { textContent: page.nameOf(pupil), tabIndex: -1, autofocus: true }),
    element('p', { textContent: fill(words.sheetLead, { title: one.title }) }),
    element('table', { className: 'list' }, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...lines)),
    element('h3', { textContent: words.sheetItems }),
    element('ol', { className: 'fiche-items' }, ...items),
  )
}
