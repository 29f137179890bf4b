// Control totals: what is keyed, by pupil, by question, in all. Pure: cells in, numbers out.

export class Tally {
  constructor(rows, columns, at) {
    this.rows = rows
    this.columns = columns
    this.at = at
  }

  ofRow({ session }) {
    const found = { keyed: 0, absent: 0, nothing: 0, disputes: 0 }
    for (const { cell } of this.columns) {
      const { marks } = this.at(session, cell)
      if (marks.length) found.keyed += 1
      if (marks.length > 1) found.disputes += 1
      else if (marks[0]?.kind === 'absent') found.absent += 1
      else if (marks[0]?.kind === 'nothing') found.nothing += 1
    }
    return found
  }

  ofColumn({ cell }) {
    return this.rows.filter(({ session }) => this.at(session, cell).marks.length).length
  }

  total() {
    const sums = { keyed: 0, absent: 0, nothing: 0, disputes: 0 }
    for (const row of this.rows) {
      const found = this.ofRow(row)
      for (const name of Object.keys(sums)) sums[name] += found[name]
    }
    return sums
  }

  /** Pupils whose every cell holds one value. */
  complete() {
    return this.rows.filter((row) => {
      const { keyed, disputes } = this.ofRow(row)
      return keyed === this.columns.length && !disputes
    })
  }
}
