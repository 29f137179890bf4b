// Catalogues: a word, a picture or a question that has cards gets a button; the cards open when it is pressed.

import { DRAWINGS, button, h, icon } from '../element.js'
import { elements } from '../fragment.js'
import { load } from '../load.js'
import { ask } from '../notice.js'
import { language, words } from '../words.js'
import { hasNeed } from './looks.js'
import { phrases } from './phrases.js'
import { isNew } from './tools.js'

Object.assign(DRAWINGS, {
  help: 'M9 9a3 3 0 116 0c0 2-3 2.500-3 4.500M12 17.500v.100M12 2.500a9.500 9.500 0 100 19 9.500 9.500 0 000-19z',
})
/** What helps everybody; other supports are for those for whom the school chose them. `spoken` is for listening. */
const FOR_ALL = ['glossary-on-screen', 'long-description', 'keyboard-directions', 'high-contrast']

/** The cards of a question or passage, as elements by the name of their catalogue. */
export async function cardsOf(sitting, name) {
  sitting.cards = sitting.cards || {}
  sitting.cards[name] = sitting.cards[name] || read(sitting, name)
  return sitting.cards[name]
}

async function read(sitting, name) {
  const holder = h('div', {}, elements(await sitting.content.get('cards', name)))
  const view = (sitting.state.views || {})[name] || {}
  for (const place of holder.querySelectorAll('[data-printed]')) {
    place.textContent = (view.printed || {})[place.dataset.printed] || ''
  }
  for (const part of holder.querySelectorAll('[data-template]')) {
    if (!(view.shown || []).includes(part.dataset.template)) part.remove()
  }
  return Object.fromEntries([...holder.children].map((card) => [card.dataset.card, [...card.children]]))
}

export async function equip({ sitting, texts }) {
  for (const [root, name] of texts) {
    if (!root.querySelector('[data-catalog]') || !isNew(root, 'cards')) continue
    const cards = await cardsOf(sitting, name)
    for (const element of root.querySelectorAll('[data-catalog]')) furnish(element, cards, sitting, root)
  }
}

function furnish(element, cards, sitting, root) {
  const entries = element.dataset.catalog.split(' ').flatMap((name) => cards[name] || [])
  const isOffered = ({ dataset }) => FOR_ALL.includes(dataset.support) || hasNeed(sitting.state, dataset.support)
  const offered = entries.filter((entry) => isOffered(entry) && entry.dataset.support !== 'spoken')
  if (offered.some(({ dataset }) => dataset.support === 'keyword-emphasis')) element.classList.add('is-keyword')
  const shown = offered.filter((entry) => entry.childNodes.length)
  if (!shown.length) return
  const supports = [...new Set(shown.map(({ dataset }) => dataset.support))]
  const word = isWord(element) ? element.textContent.trim() : ''
  const title = supports.length === 1 ? phrases.supports[supports[0]] : phrases.help
  const open = () => show(control, word || title, supports, shown, sitting, root)
  const control = button(word ? 'card-sign' : 'card-button', open, icon('help'), !word && h('span', {}, title))
  control.setAttribute('aria-haspopup', 'dialog')
  if (word) control.setAttribute('aria-label', phrases.about(title, word))
  if (word) element.classList.add('has-card')
  place(control, element)
}

const isWord = (element) => getComputedStyle(element).display === 'inline' && !element.matches('img') && !element.closest('math')

/** Beside it; never inside what is pressed itself, nor in front of a question's own words. */
function place(control, element) {
  const pressed = element.closest('label, button, .chip') || element.closest('math') || element
  if (pressed.matches('li, td, th, [data-interaction], .qti-item, .qti-stimulus-body, div, p')) pressed.append(control)
  else pressed.after(control)
}

async function show(control, title, supports, entries, sitting, root) {
  const sections = supports.map((support) => {
    const own = entries.filter(({ dataset }) => dataset.support === support)
    const heading = supports.length > 1 || title !== phrases.supports[support]
    return h('section', { class: 'card-section' }, heading && h('h3', {}, phrases.supports[support]), bodies(own, root, sitting))
  })
  await ask('help', title, [h('div', { class: 'cards item' }, sections)], [[words.close, true]])
  control.focus()
}

/** One entry, or one for each language with a list to choose from. */
function bodies(entries, root, sitting) {
  const home = (root.querySelector('[lang]') || root).lang || language
  const isOwn = ({ lang }) => lang && lang.split('-')[0] === home.split('-')[0]
  const first = entries.find(isOwn) || entries.find(({ dataset }) => 'default' in dataset) || entries[0]
  const languages = [...new Set(entries.map(({ lang }) => lang))]
  const place = h('div', { class: 'card-text' })
  const open = (wanted) => {
    const told = entries.filter(({ lang }) => lang === wanted)
    place.replaceChildren(...told.map((entry) => filled(entry.cloneNode(true), sitting)))
  }
  if (languages.length < 2) return (open(languages[0]), place)
  const isTranslation = ['keyword-translation', 'sign-language'].includes(first.dataset.support)
  if (!isTranslation) return (open(first.lang), place)
  const { tongue } = sitting.state
  const chosen = languages.includes(tongue) ? tongue : languages.find((lang) => lang !== home) || languages[0]
  const choose = ({ target }) => {
    sitting.state.tongue = target.value
    sitting.keepSoon()
    open(target.value)
  }
  const option = (lang) => h('option', { value: lang, selected: lang === chosen }, tongueOf(lang))
  open(chosen)
  return [h('label', { class: 'help' }, phrases.language, h('select', { class: 'field', onchange: choose }, languages.map(option))), place]
}

function tongueOf(lang) {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(lang) || lang
  } catch {
    return lang
  }
}

function filled(entry, { content }) {
  for (const picture of entry.querySelectorAll('[data-media]')) {
    content.get('media', picture.dataset.media).then((address) => (picture.src = address), () => {})
  }
  if (entry.querySelector('[data-recording]')) {
    load('./recordings.js').then(({ furnish: play }) => play(entry, content), console.warn)
  }
  return entry
}
