const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }
}

/** A template whose values are escaped, unless they are markup made by this same function. */
function html(strings, ...values) {
  const written = values.map((value) => [value].flat().map((item) => (item instanceof Markup ? item.text : escape(item))).join(''));
  return new Markup(String.raw({ raw: strings }, ...written));
}

function escape(value) {
  return String(value ?? '').replace(/[&<>"']/g, (character) => escapes[character]);
}

function page(settings, title, main) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${settings.appName}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<a class="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32">${settings.appName}</a>
<a class="other" href="${settings.otherUrl}">Go to ${settings.otherName}</a>
</header>
<main>
${main}
</main>
<footer>A sample partner of the identity provider at ${settings.issuer.origin}</footer>
</body>
</html>
`.text;
}

export function signedOutPage(settings, notice) {
  return page(settings, notice ?? 'Welcome', html`
<section class="card">
${notice ? html`<p class="notice" role="status">${notice}</p>` : ''}
<h1>Welcome to ${settings.appName}</h1>
<p>See your orders here. You sign in at the identity provider; this app never sees your password.</p>
<p><a class="button" href="/sign-in">Sign in</a></p>
</section>`);
}

export function homePage(settings, signIn, api) {
  const { claims, profile } = signIn;
  return page(settings, 'Your account', html`
<section class="card">
<h1>Hello, ${profile.name ?? profile.preferred_username ?? claims.sub}</h1>
<p>You are signed in to <strong>${settings.appName}</strong>.</p>
<div class="actions">
<form action="/orders" method="get"><button>Call the API</button></form>
<form action="/sign-out" method="post"><button class="quiet">Sign out</button></form>
</div>
</section>
${api ? ordersSection(api) : ''}
<section class="card">
<h2 id="claims">What the ID token says</h2>
<div class="scroll" role="region" aria-labelledby="claims" tabindex="0">
<table>
<thead><tr><th scope="col">Claim</th><th scope="col">Value</th></tr></thead>
<tbody>
${Object.entries(claims).map(([name, value]) => html`<tr><th scope="row"><code>${name}</code></th><td>${shown(name, value)}</td></tr>
`)}</tbody>
</table>
</div>
</section>`);
}

/** Times are written for people; the number that the token carries stays beside them. */
function shown(name, value) {
  if (['iat', 'exp', 'nbf', 'auth_time'].includes(name)) {
    const time = new Date(value * 1000).toISOString();
    return html`<time datetime="${time}">${time.replace('T', ' ').replace('.000Z', ' UTC')}</time> <small>${value}</small>`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

function ordersSection(api) {
  if (api.status !== 200) {
    return html`
<section class="card" aria-live="polite">
<h2>Orders</h2>
<p class="notice">The API answered ${api.status}${api.challenge ? html`: <code>${api.challenge}</code>` : ''}.</p>
</section>`;
  }
  return html`
<section class="card" aria-live="polite">
<h2>Orders</h2>
<p>From ${api.url}, which knew you by the access token alone.</p>
<ul class="orders">
${api.body.orders.map((order) => html`<li><strong>${order.item}</strong> <span>${order.quantity} × ${order.price}</span></li>
`)}</ul>
</section>`;
}

export function errorPage(settings, title, detail) {
  return page(settings, title, html`
<section class="card">
<h1>${title}</h1>
<p>${detail}</p>
<p><a class="button" href="/sign-in">Try again</a></p>
</section>`);
}

export function icon(hue) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="hsl(${hue} 62% 34%)"/>`
    + '<circle cx="13" cy="16" r="6" fill="none" stroke="#fff" stroke-width="2.5"/>'
    + '<circle cx="20" cy="16" r="6" fill="none" stroke="#fff" stroke-width="2.5"/></svg>';
}
