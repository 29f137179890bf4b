// The page of the code; what comes after it is fetched meanwhile.

import { normalise, pretty } from './code.js'
import { button, byId, h, show } from './element.js'
import { load } from './load.js'
import { LANGUAGES, language, preferred, remember, speak, speakMore, words } from './words.js'

/** A code that came by QR leaves the address at once; until it stands in its field, a reload finds it again. */
function codeInAddress() {
  const code = location.hash.slice(1)
  if (code) history.replaceState({ ...history.state, code }, '', location.pathname)
  return (history.state && history.state.code) || ''
}

const canRun = () =>
  ['DecompressionStream', 'HTMLDialogElement', 'indexedDB', 'caches'].every((name) => name in window) && navigator.locks

async function begin() {
  const code = codeInAddress()
  await speak(preferred(), '')
  const isSafe = isSecureContext && crypto.subtle
  if (!isSafe || !canRun()) {
    await speakMore()
    const [title, text] = isSafe ? words.oldBrowser : words.insecure
    return (await load('./notice.js')).showNotice('over', 'alert', title, [text])
  }
  showLogin(code)
  addEventListener('hashchange', () => document.body.matches('.on-login') && showLogin(codeInAddress()))
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault()
    document.querySelector('main h1').focus()
  })
  // The first screen has the line for itself. Who presses asks again.
  requestAnimationFrame(() => setTimeout(() => load('./flow.js').catch(() => {})))
  if (navigator.serviceWorker && navigator.serviceWorker.controller) load('./shell.js').then(({ takeNewShell }) => takeNewShell(), () => {})
}

function showLogin(code) {
  const field = h('input', {
    id: 'code',
    class: 'code',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    enterkeyhint: 'go',
    'aria-describedby': 'help error',
  })
  const error = h('p', { id: 'error', class: 'error', role: 'alert' })
  const note = h('p', { class: 'waiting', role: 'status' })
  const enter = h('button', { class: 'main' })
  const other = button('plain', free, words.otherCode)
  let attempt = null

  function free() {
    if (attempt) attempt.isCancelled = true
    attempt = null
    enter.disabled = field.readOnly = false
    enter.textContent = words.enter
    other.hidden = true
    note.textContent = ''
    field.focus()
  }

  function fail(text) {
    free()
    error.textContent = text
    field.setAttribute('aria-invalid', 'true')
  }

  function wait(text) {
    note.textContent = text
    other.hidden = false
  }

  async function submit(event) {
    event.preventDefault()
    if (attempt) return
    try {
      const typed = normalise(field.value)
      error.textContent = ''
      enter.disabled = field.readOnly = true
      enter.textContent = words.entering
      attempt = { fail, wait }
      const { logIn } = await load('./flow.js')
      await logIn(typed, attempt)
    } catch ({ hint }) {
      fail(hint && (await speakMore()) ? words.typo[hint](field.value.replace(/[\s-]/g, '').length) : words.noLine)
    }
  }

  field.addEventListener('input', () => {
    error.textContent = ''
    field.removeAttribute('aria-invalid')
    // Never under the hands of a pupil who corrects the middle.
    if (field.selectionStart === field.value.length) field.value = pretty(field.value)
  })
  byId('title').textContent = ''
  byId('skip').textContent = words.skip
  byId('skip').lang = language
  byId('tools').replaceChildren(...Object.keys(LANGUAGES).map((name) => languageButton(name, field)))
  show(
    'login',
    words.code,
    h(
      'form',
      { class: 'card', onsubmit: submit },
      h('h1', {}, words.welcome),
      h('label', { for: 'code' }, words.typeCode),
      field,
      h('p', { id: 'help', class: 'help' }, words.codeHelp),
      error,
      note,
      h('div', { class: 'actions' }, enter, other),
    ),
    h('p', { id: 'portal', class: 'help' }, h('a', { href: words.portalAt }, words.portal)),
  )
  field.value = pretty(code)
  if (code) history.replaceState({ ...history.state, code: undefined }, '')
  free()
}

function languageButton(name, field) {
  const choose = async () => {
    await speak(name, '')
    remember(name)
    showLogin(field.value)
  }
  const choice = button('language', choose, LANGUAGES[name])
  choice.lang = name
  choice.setAttribute('aria-pressed', name === language)
  return choice
}

begin()
