// Writes the moments that the server could only say in UTC in this browser's own time zone, in the language of the page.
const words = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-ca-gregory-nu-latn`, {
  day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});
for (const time of document.querySelectorAll('time[data-zone="utc"]')) {
  time.title = time.textContent;
  time.textContent = words.format(new Date(time.dateTime));
}
