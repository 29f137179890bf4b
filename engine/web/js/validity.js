// What an answer lacks, for items whose answers must be complete before they are left.

/** Sentences, one for each thing that is missing; `response` by the names of the interactions in `root`. */
export function lacks(root, response, phrases) {
  const found = []
  for (const element of root.querySelectorAll('[data-interaction]')) {
    const { dataset } = element
    const value = response[dataset.response]
    const given = value === null || value === undefined ? [] : [value].flat().filter((one) => one !== '')
    const least = Number(dataset.min) || 0
    if (given.length < least) found.push(phrases.atLeast(least))
    else if (!isUsedEnough(element, given)) found.push(phrases.unused)
    else if (dataset.pattern && !given.length) found.push(phrases.incomplete)
    else if (dataset.pattern && !given.every((text) => fits(dataset.pattern, text))) {
      found.push(dataset.patternMessage || phrases.otherForm)
    }
  }
  return [...new Set(found)]
}

/** Whether each choice that must be used is: by pairs like "abcd efgh". */
function isUsedEnough(element, pairs) {
  return [...element.querySelectorAll('[data-match-min]')].every(({ dataset }) => {
    const name = dataset.choice || dataset.gap
    return pairs.filter((pair) => pair.split(' ').includes(name)).length >= Number(dataset.matchMin)
  })
}

function fits(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text)
  } catch {
    return true // a pattern of another dialect
  }
}
