// The pupil's own settings: colours, size, room, aids. What is chosen shows at once, behind the dialog and in it.

import { button, h, icon, style } from '../element.js'
import { words } from '../words.js'
import { SIZES, SWITCHES, THEMES, choose, hasNeed, looksOf, restore } from './looks.js'
import { learn, phrases } from './phrases.js'

const RATES = [0.75, 1, 1.25]

export async function showSettings(sitting) {
  await Promise.all([learn(), style('access')])
  const opener = document.activeElement
  const body = h('div', { class: 'settings' })
  const again = button('plain', () => restore(sitting).then(fill), phrases.restore)
  const close = (kind) => button(kind, () => dialog.close(), words.close)
  const dialog = h(
    'dialog',
    { class: 'settings-dialog', 'aria-labelledby': 'settings-title' },
    h('div', { class: 'map-head' }, h('h2', { id: 'settings-title' }, phrases.settings), close('plain')),
    body,
    h('div', { class: 'actions' }, close('main'), again),
  )
  function fill() {
    body.replaceChildren(...fields(sitting))
  }
  fill()
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (opener && opener.isConnected) opener.focus()
  })
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close()) // beside it
  document.body.append(dialog)
  dialog.showModal()
  body.querySelector('input:checked').focus({ preventScroll: true })
  dialog.scrollTop = 0
}

function fields(sitting) {
  const { state } = sitting
  const { theme, size, rate, on } = looksOf(state)
  const swatch = (name) => h('span', { class: 'swatch', 'data-swatch': name || 'default', 'aria-hidden': 'true' }, 'Aa')
  const letter = (place) => h('span', { class: `letter size-${place}`, 'aria-hidden': 'true' }, 'A')
  const colours = THEMES.map((name) => [name, swatch(name), phrases.themes[name || 'default']])
  const sizes = SIZES.map((text, place) => [place, letter(place), text])
  const rates = RATES.map((value, place) => [value, null, phrases.rates[place]])
  return [
    group('theme', phrases.colours, colours, theme, (value) => choose(sitting, { theme: value })),
    group('size', words.textSize, sizes, size, (value) => choose(sitting, { size: value })),
    h('fieldset', {}, h('legend', {}, phrases.aids), Object.keys(SWITCHES).map((name) => toggle(sitting, name, on))),
    hasNeed(state, 'spoken') && group('rate', phrases.rate, rates, rate, (value) => choose(sitting, { rate: value })),
  ].filter(Boolean)
}

/** Native radio buttons as tiles; entries: [[value, picture, text]] */
function group(name, title, entries, chosen, act) {
  const tile = ([value, picture, text]) => {
    const input = h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => (act(value), mark()) })
    return h('label', { class: 'tile' }, input, picture, h('span', {}, text))
  }
  const tiles = entries.map(tile)
  const mark = () => tiles.forEach((one) => one.classList.toggle('is-chosen', one.firstChild.checked))
  mark()
  return h('fieldset', { class: `tiles of-${name}` }, h('legend', {}, title), h('div', {}, tiles))
}

function toggle(sitting, name, on) {
  const [title, text] = phrases.switches[name]
  const change = ({ target }) => {
    const others = looksOf(sitting.state).on.filter((one) => one !== name)
    choose(sitting, { on: target.checked ? [...others, name] : others })
  }
  const input = h('input', { type: 'checkbox', role: 'switch', checked: on.includes(name), onchange: change })
  const said = h('span', {}, h('b', {}, title), h('span', { class: 'help' }, text))
  return h('label', { class: 'switch' }, said, input, h('span', { class: 'knob', 'aria-hidden': 'true' }, icon('check')))
}
