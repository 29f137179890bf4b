// English: what there is to say when pupils do not go everywhere.

const which = (numbers) => (numbers.length > 1 ? `questions ${numbers.join(', ')}` : `question ${numbers[0]}`)

export default {
  howTo: {
    free: 'Answer in any order you like, as far as the questions allow.',
    parts: 'The test has several parts. A part that is finished stays closed.',
    linear: 'The questions come one after the other. There is no going back.',
  },
  part: (number) => `Part ${number}`,
  nextPart: 'Next part',
  beginPart: 'Start this part',
  partTime: (minutes) =>
    `You have ${minutes > 1 ? `${minutes} minutes` : 'one minute'} for this part: the time is running already.`,
  closed: 'closed',
  readable: 'closed: you can read it again',
  ahead: 'not open yet',
  unused: 'Not everything that must be used has been used.',
  incomplete: 'An answer is missing.',
  linearPart: 'The questions come one after the other. There is no going back.',
  freePart: 'In this part you can answer in any order you like.',
  notYet: 'Not yet',
  understood: 'I understand',
  mustAnswer: 'You have to answer this question before you go on. If you do not know, choose what seems best to you.',
  tooSoon: (seconds) => `Take your time: you can go on in ${seconds} s.`,
  atLeast: (count) => (count > 1 ? `Give at least ${count} answers.` : 'Give an answer.'),
  otherForm: 'The answer should look different. Read the question again.',
  missing: (numbers) => `Not answered: ${which(numbers)}.`,
  partCloses: 'You will not be able to come back to this part.',
  noWayBack: 'You will not be able to come back to this question.',
  leavePart: 'Leave this part?',
  leaveItem: 'Go on without an answer?',
  stay: 'Stay here',
  goOn: 'Go on',
  wayComes: 'The next part is coming…',
  wayText: 'One moment: your answers are being sent.',
  word: 'A word for you',
  left: {
    t: (time) => `This part: ${time} left`,
    s: (time) => `These questions: ${time} left`,
    i: (time) => `This question: ${time} left`,
  },
  minute: {
    t: 'You have one minute left for this part.',
    s: 'You have one minute left for these questions.',
    i: 'You have one minute left for this question.',
  },
  over: {
    t: 'The time for this part is over',
    s: 'The time for these questions is over',
    i: 'The time for this question is over',
  },
  overText: 'Your answers are kept. You can go on.',
}
