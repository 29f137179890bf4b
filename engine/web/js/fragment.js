// Where HTML becomes elements: only what is listed gets through, whoever wrote it.

const rules = { createHTML: (html) => html, createScriptURL: (url) => (url === '/sw.js' ? url : '') }
const policy = window.trustedTypes ? trustedTypes.createPolicy('passation', rules) : rules

export const workerAddress = () => policy.createScriptURL('/sw.js')

const list = (text) => new Set(text.split(' '))
const HTML = list(
  'abbr aside b bdi bdo blockquote br caption cite code col colgroup dd dfn div dl dt em figcaption figure ' +
    'footer h1 h2 h3 h4 h5 h6 header hr i img input kbd label li mark ol optgroup option output p pre q rp rt ' +
    'ruby s samp section select small span strong sub sup table tbody td textarea tfoot th thead tr u ul var wbr',
)
const MATH = list(
  'math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms ' +
    'mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none',
)
const ATTRIBUTES = list(
  'accent accentunder alt alttext autocapitalize autocomplete class close cols colspan columnalign columnspan ' +
    'depth dir disabled display displaystyle fence form height inputmode lang largeop linethickness lspace mathvariant max ' +
    'maxlength maxsize min minsize movablelimits name notation open placeholder reversed role rowalign rows rowspan ' +
    'rspace scope scriptlevel separator separators size spellcheck start step stretchy symmetric title value voffset ' +
    'width',
)
const SPECIAL = { id: /^x-/, for: /^x-/, type: /^(text|radio|checkbox|range|[1aAiI])$/ }

const isListed = ({ name, value }) =>
  SPECIAL[name] ? SPECIAL[name].test(value) : ATTRIBUTES.has(name) || /^(data|aria)-[a-z-]+$/.test(name)

function clean(parent) {
  for (const element of [...parent.children]) {
    const names = element.namespaceURI.endsWith('MathML') ? MATH : HTML
    if (!names.has(element.localName)) element.remove()
    for (const attribute of [...element.attributes]) if (!isListed(attribute)) element.removeAttribute(attribute.name)
    clean(element)
  }
}

export function elements(html) {
  const { body } = new DOMParser().parseFromString(policy.createHTML(html), 'text/html')
  clean(body)
  return [...body.childNodes]
}
