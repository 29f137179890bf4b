// Elements made by hand: no text ever becomes markup.

/** h('p', { class: 'note', onclick: act }, 'text', child, [more]) */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value)
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** A value as an author reads it: NULL, a text as it is, [several, of them]. */
export function plain(value) {
  if (value === null) return 'NULL'
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
