// Follows the page's link as soon as what the page frames has loaded, and at the latest when that had three seconds.
const goOn = () => location.replace(document.querySelector('a.go-on').href);
addEventListener('load', goOn, { once: true });
setTimeout(goOn, 3000);
