const element = (id) => document.getElementById(id);

/** Everything goes to this page's own server, with the one header that no other site's page can send. undefined where nobody is signed in. */
async function ask(path, method = 'GET') {
  const response = await fetch(path, { method, headers: { 'x-bff': '1' } });
  if (response.status === 401) return undefined;
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function run(work) {
  element('notice').textContent = '';
  try {
    await work();
  } catch (error) {
    console.error(error.message);
    element('notice').textContent = 'That did not work. Try again in a moment.';
  }
}

function show(user) {
  element('title').textContent = user ? `Hello, ${user.name ?? user.sub}` : 'Welcome to the orders';
  element('signed-in').hidden = !user;
  element('signed-out').hidden = Boolean(user);
  element('orders').replaceChildren();
}

async function call() {
  const answer = await ask('/api/orders');
  if (!answer) return show(undefined);
  element('orders').replaceChildren(...answer.orders.map(({ item, quantity, price }) => {
    const line = document.createElement('li');
    line.textContent = `${item}: ${quantity} × ${price}`;
    return line;
  }));
}

async function signOut() {
  const answer = await ask('/bff/sign-out', 'POST');
  if (answer) location.assign(answer.continue_at);
  else show(undefined);
}

element('call').addEventListener('click', () => run(call));
element('sign-out').addEventListener('click', () => run(signOut));
run(async () => show(await ask('/bff/user')));
