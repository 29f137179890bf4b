// Builds the page. Text goes in as text, never as HTML.

export const DRAWINGS = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  flag: 'M6 21V4h12l-3 4 3 4H6',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2',
  grid: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
}

/** h('p', { class: 'x', onclick: act }, 'text', child) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, value)
  }
  element.append(...children.flat().filter((child) => child != null && child !== false))
  return element
}

export const button = (kind, act, ...children) =>
  h('button', { type: 'button', class: kind, onclick: act }, ...children)

export function icon(name) {
  const [drawing, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag))
  drawing.setAttribute('viewBox', '0 0 24 24')
  drawing.setAttribute('class', 'icon')
  drawing.setAttribute('aria-hidden', 'true')
  path.setAttribute('d', DRAWINGS[name])
  drawing.append(path)
  return drawing
}

export const byId = (id) => document.getElementById(id)

/** A new page: the focus goes to its heading. */
export function show(name, title, ...children) {
  document.body.className = 'on-' + name
  byId('toast').hidden = true
  document.title = title + ' · Passation'
  byId('page').replaceChildren(...children)
  focusOn(document.querySelector('h1'))
}

export function focusOn(element) {
  if (!element) return
  scrollTo(0, 0)
  element.tabIndex = -1
  element.focus({ preventScroll: true })
}

/** Resolves when it applies, or cannot be had: the next call asks again. */
export function style(name) {
  const old = byId('css-' + name)
  if (old) return old.loaded
  const link = h('link', { id: 'css-' + name, rel: 'stylesheet', href: `/static/css/${name}.css` })
  link.loaded = new Promise((resolve) => {
    link.onload = resolve
    link.onerror = () => resolve(link.remove())
  })
  document.head.append(link)
  return link.loaded
}
