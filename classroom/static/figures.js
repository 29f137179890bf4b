// A class in figures. Pure: pupils' marks in, counts and means out.

export class Figures {
  constructor({ pupils, groups }) {
    this.pupils = pupils
    this.groups = groups
  }

  /** Of the whole test (0) or a domain: how many are in each group, and the mean share of those in one. */
  ofClass(place) {
    const marks = this.pupils.map(({ marks: all }) => all[place]).filter(({ group }) => group !== null)
    const groups = this.groups.map((_, number) => marks.filter(({ group }) => group === number).length)
    const shares = marks.map(({ score, max }) => score / max)
    return { groups, mean: shares.length ? shares.reduce((sum, share) => sum + share, 0) / shares.length : null }
  }
}
