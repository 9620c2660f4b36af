// Writes the moments that the server could only say in UTC in this browser's own time zone, in the language of the page as it is spoken there.
const { lang } = document.documentElement;
const dialect = navigator.languages.find((language) => language.split('-')[0] === lang) ?? lang;
const words = new Intl.DateTimeFormat(dialect, { dateStyle: 'long', timeStyle: 'short', calendar: 'gregory', numberingSystem: 'latn' });
for (const time of document.querySelectorAll('time[data-zone="utc"]')) {
  time.title = time.textContent;
  time.textContent = words.format(new Date(time.dateTime));
}
