// For browsers that know no modules: the only thing to tell them is that they are too old. Plain old JavaScript.
document.getElementById('opening').innerText =
  'Ce navigateur est trop ancien pour le test. Appelle ton professeur : il faut Chrome ou Edge 90, Firefox 113, ' +
  'Safari 16.4, ou plus récent.\n(This browser is too old for the test. Call your teacher: it needs Chrome or ' +
  'Edge 90, Firefox 113, Safari 16.4, or later.)'
