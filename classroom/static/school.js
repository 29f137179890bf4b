// The results of a school: its classes beside each other, then each one with its pupils when it is opened. One class
// is asked for after the other, so that no school comes over the engine all at once.

import { reasonOf } from './calls.js'
import { element, fill } from './page.js'
import { Figures } from './figures.js'
import { barOf, legendOf, mountResults } from './results.js'
import { RESULTS } from './words.results.js'

/** Each of `classes` has a label, an address of its own, `call`, and `people` that fetches its names. */
export async function mountSchool(root, { language, classes, login, warned }) {
  const words = RESULTS[language]
  const progress = element('p', { className: 'help', attributes: { role: 'status' } })
  root.replaceChildren(progress)
  const found = []
  let reason = 'denied'
  for (const [number, one] of classes.entries()) {
    progress.textContent = fill(words.reading, { number: number + 1, count: classes.length })
    try {
      found.push({ ...one, results: (await one.call('/results')).results })
    } catch (error) {
      const why = reasonOf(error)
      if (why === 'signIn') return warned(login)
      if (why === 'away') return warned(words.away)
      if (why === 'over') reason = why // a date says more than a class that has no codes
      found.push({ ...one, results: [] })
    }
  }
  if (!found.some(({ results }) => results.length)) return warned(words[reason])
  root.replaceChildren(...titlesOf(found).map((title) => overview(title, found, words, language)), element('h2', { textContent: words.classesTitle }), ...found.map((one) => opened(one, words, language)))
}

const titlesOf = (found) => [...new Set(found.flatMap(({ results }) => results.map(({ title }) => title)))]

/** One test: by domain each class as a line of groups, the country below where it is known. */
function overview(title, found, words, language) {
  const sat = found.flatMap((one) => one.results.filter((result) => result.title === title).map((result) => ({ one, result })))
  const [{ result: first }] = sat
  const blocks = first.rows.map(({ domain }, place) => {
    const lines = sat.map(({ one, result }) => {
      const { groups, mean } = new Figures(result).ofClass(place)
      return barOf(result, { language, words, label: one.label, counts: groups, mean })
    })
    const national = first.national?.rows[place]
    if (national) lines.push(barOf(first, { language, words, label: words.national, counts: national.groups, mean: national.mean, isFar: true }))
    return element('div', { className: 'domain' }, element('h3', { textContent: domain || words.whole }), ...lines)
  })
  const lacking = found.length - sat.length
  const lack = lacking ? element('p', { className: 'help', textContent: fill(words[lacking > 1 ? 'lackings' : 'lacking'], { count: lacking }) }) : null
  return element('section', { className: 'results' }, element('h2', { textContent: title, lang: first.language }), legendOf(first, language), ...blocks, lack)
}

/** A class that is folded until somebody wants its pupils: only then are their names fetched. */
function opened(one, words, language) {
  const place = element('div')
  const alone = element('p', {}, element('a', { href: one.address, textContent: words.alone }))
  const box = element('details', { className: 'sheet' }, element('summary', { textContent: fill(words.classOf, { label: one.label }) }), alone, place)
  box.addEventListener('toggle', async () => {
    if (!box.open || place.childElementCount) return
    place.append(element('p', { className: 'help', textContent: words.wait, attributes: { role: 'status' } }))
    const people = await one.people().catch(() => null)
    if (people) mountResults(place, { language, call: async () => ({ results: one.results }), people })
    else place.replaceChildren(element('p', { className: 'warning', textContent: words.away, attributes: { role: 'alert' } }))
  })
  return box
}
