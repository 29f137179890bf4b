// Pages that say one thing, dialogs that ask one thing, and what is said in passing.

import { DRAWINGS, button, byId, h, icon, show, style } from './element.js'

Object.assign(DRAWINGS, {
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  sending: 'M12 19V6M6.500 11.500L12 6l5.500 5.500',
  alert: 'M12 4L2.500 20h19zM12 10v4.500M12 17v.600',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  device: 'M4 5h16v11H4zM9 20h6M12 16v4',
  pause: 'M8 5v14M16 5v14',
  message: 'M4 5h16v11H10l-4 4v-4H4z',
})

/** actions: [[text, act, kind]] */
const actionLine = (actions) =>
  h('div', { class: 'actions' }, actions.map(([text, act, kind = 'main']) => button(kind, act, text)))

const badge = (drawing) => h('div', { class: 'badge' }, icon(drawing))
const paragraph = (line) => (line instanceof Node ? line : line && h('p', {}, line))

/** A page; `kind` is sending, waiting, done, moved or over. */
export function showNotice(kind, drawing, title, lines, actions = []) {
  style('late')
  const line = actions.length > 0 && actionLine(actions)
  const text = [h('h1', {}, title), lines.map(paragraph)].flat()
  show('notice', title, h('div', { class: `card notice is-${kind}` }, badge(drawing), text, line))
}

function openDialog(drawing, title, lines, ...more) {
  const heading = h('h2', { id: 'dialog-title' }, title)
  const attributes = { class: 'ask is-' + drawing, 'aria-labelledby': 'dialog-title' }
  const dialog = h('dialog', attributes, badge(drawing), heading, lines.map(paragraph), ...more)
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/** A modal dialog; actions: [[text, value, kind]]. Resolves with the value, or undefined if it was closed. */
export function ask(drawing, title, lines, actions) {
  return new Promise((resolve) => {
    const give = (value) => () => {
      dialog.remove()
      resolve(value)
    }
    const given = actions.map(([text, value, kind]) => [text, give(value), kind])
    const dialog = openDialog(drawing, title, lines, actionLine(given))
    dialog.addEventListener('close', give())
  })
}

/** A modal dialog that only we close: returns what closes it. */
export function hold(drawing, title, lines) {
  const dialog = openDialog(drawing, title, lines)
  dialog.addEventListener('cancel', (event) => event.preventDefault())
  dialog.addEventListener('close', () => dialog.isConnected && dialog.showModal())
  return () => dialog.remove()
}

/** A line above the page that stays until it is taken away. */
export function banner(text) {
  if (byId('banner')) byId('banner').remove()
  if (text) byId('page').before(h('p', { id: 'banner', role: 'alert' }, icon('alert'), text))
}

/** Politely to screen readers and, unless `isSilent`, on the screen for a while. */
export function say(text, isSilent) {
  byId('say').textContent = text
  if (isSilent) return
  const toast = byId('toast')
  toast.textContent = text
  const turns = document.querySelector('.turns') // it covers nothing that can be pressed
  toast.style.bottom = `${(turns ? turns.offsetHeight : 0) + 12}px`
  toast.hidden = false
  clearTimeout(say.timer)
  say.timer = setTimeout(() => (toast.hidden = true), 8000)
}

export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) dialog.remove()
}
