// English, to a pupil of eleven: the page of the code.

export default {
  welcome: 'Hello!',
  skip: 'Go to the content',
  typeCode: 'Type the code on your sheet.',
  code: 'Your code',
  codeHelp: 'It has 12 signs. Capitals and spaces do not matter.',
  portal: 'Teachers, families: this way',
  portalAt: '/portal',
  enter: 'Enter',
  entering: 'One moment…',
  otherCode: 'Change the code',
  tryingAgain:
    'The network is slow, or many pupils are connecting. The page keeps trying by itself: wait, it will be your turn soon.',
  noLine: 'No network at the moment. The page keeps trying by itself.',
}
