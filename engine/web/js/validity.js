// What an answer lacks, for items whose answers must be complete before they are left.

/** Sentences, one for each thing that is missing; `response` by the names of the interactions in `root`. */
export function lacks(root, response, phrases) {
  const found = []
  for (const { dataset } of root.querySelectorAll('[data-interaction]')) {
    const value = response[dataset.response]
    const given = value === null || value === undefined ? [] : [value].flat()
    const least = Number(dataset.min) || 0
    if (given.length < least) found.push(phrases.atLeast(least))
    else if (dataset.pattern && !given.length) found.push(phrases.incomplete)
    else if (dataset.pattern && !given.every((text) => fits(dataset.pattern, text))) {
      found.push(dataset.patternMessage || phrases.otherForm)
    }
  }
  return [...new Set(found)]
}

function fits(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text)
  } catch {
    return true // a pattern of another dialect
  }
}
