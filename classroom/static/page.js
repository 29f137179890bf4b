// Small things that both pages make of the document. Text is set, never parsed.

export function element(tag, properties = {}, ...children) {
  const { data = {}, attributes = {}, ...others } = properties
  const made = Object.assign(document.createElement(tag), others)
  Object.assign(made.dataset, data)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

export const button = (text, className, onclick) => element('button', { type: 'button', className, textContent: text, onclick })

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

export const clock = (language, ms = Date.now()) => new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(ms)

export const day = (language, ms = Date.now()) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(ms)

/** Change a text only if it is another one: what is announced is not said twice. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** A window over the page; gives what its buttons close it with, '' for Escape. */
export function ask(title, content, actions) {
  const box = element('dialog', { className: 'ask', attributes: { 'aria-labelledby': 'ask-title' } })
  const buttons = actions.map(({ text, value, className }) => button(text, className, () => box.close(value)))
  box.append(element('h2', { id: 'ask-title', textContent: title }), ...content, element('p', { className: 'actions' }, ...buttons))
  document.body.append(box)
  box.showModal()
  return new Promise((resolve) => {
    box.addEventListener('close', () => {
      box.remove()
      resolve(box.returnValue)
    })
  })
}
