import settings from '/settings.js';
import { SignInError, accessToken, begin, finish, forget, person, signOut } from '/sign-in.js';

const element = (id) => document.getElementById(id);

/** Runs what a button or the page itself asks for; what fails is said in words. */
async function run(work) {
  element('notice').textContent = '';
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SignInError)) console.error(error.message);
    element('notice').textContent = error instanceof SignInError ? error.message : 'The identity provider or the API could not be reached.';
    if (element('signed-in').hidden) show(undefined);
  }
}

function show(claims) {
  element('title').textContent = claims ? `Hello, ${claims.name ?? claims.sub}` : 'Welcome to the orders';
  element('signed-in').hidden = !claims;
  element('signed-out').hidden = Boolean(claims);
  element('orders').replaceChildren();
}

async function start() {
  const answer = new URLSearchParams(location.search);
  if (location.pathname === '/callback') await finish(answer);
  show((await accessToken()) ? await person() : undefined);
}

async function call() {
  let response = await fetchOrders();
  // Taken back or stale: another one may be had, once; or the sign-in is over.
  if (response?.status === 401) {
    forget();
    response = await fetchOrders();
  }
  if (!response || response.status === 401) return show(undefined);
  const { orders } = await response.json();
  element('orders').replaceChildren(...orders.map(({ item, quantity, price }) => {
    const line = document.createElement('li');
    line.textContent = `${item}: ${quantity} × ${price}`;
    return line;
  }));
}

async function fetchOrders() {
  const token = await accessToken();
  return token && fetch(`${settings.api}/orders`, { headers: { authorization: `Bearer ${token}` } });
}

element('sign-in').addEventListener('click', () => run(begin));
element('call').addEventListener('click', () => run(call));
element('sign-out').addEventListener('click', () => run(signOut));
run(start);
