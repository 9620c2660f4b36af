import { setTimeout as pause } from 'node:timers/promises';

/** No loop here goes on for longer, whatever happens. */
const mostRetries = 200;

/** Everybody who uses the cluster all the while: people with sessions, apps with families, machines, an API that verifies. */
export class Population {
  #names = 0;
  #isOver = false;

  constructor({ history, web, native, machine, api, users, dice }) {
    Object.assign(this, { history, web, native, machine, api, users, dice });
  }

  /** Until `over` is called. */
  async live({ visitors = 4, machines = 1 } = {}) {
    const watching = this.#watch();
    await Promise.all([
      ...Array.from({ length: visitors }, (_, i) => this.#visit(this.users[i % this.users.length], this.dice.fork())),
      ...Array.from({ length: machines }, () => this.#work(this.dice.fork())),
      this.#keep(this.web, this.users[0], 'openid orders.read', this.dice.fork()),
      this.#keep(this.web, this.users[1], 'openid offline_access orders.read', this.dice.fork()),
      this.#keep(this.native, this.users[2], 'openid offline_access orders.read', this.dice.fork()),
      this.#keep(this.native, this.users[0], 'openid offline_access orders.read', this.dice.fork()),
    ]);
    await watching;
  }

  over() {
    this.#isOver = true;
  }

  async #watch() {
    while (!this.#isOver) {
      this.api.watch();
      await pause(100);
    }
  }

  #name(kind) {
    return `${kind}${++this.#names}`;
  }

  async #signedIn(app, user) {
    for (let tries = 0; tries < mostRetries && !this.#isOver; tries++) {
      const answer = await app.signIn(user, this.#name('s'));
      if (answer.outcome === 'ok') return answer;
      await pause(250);
    }
    return undefined;
  }

  /** A person who comes again and again: a code, tokens, a few refreshes, and an end of one kind or another. */
  async #visit(user, dice) {
    let answer = await this.#signedIn(this.web, user);
    while (answer && !this.#isOver) {
      const isTwice = dice.chance(0.08);
      const tokens = isTwice ? await this.#redeemTwice(answer) : await this.web.redeem(answer, this.#name('f'));
      const { person, session } = answer;
      let isIn = true;
      if (tokens?.outcome === 'ok') isIn = await this.#use({ ...tokens, person, session }, isTwice, dice);
      await pause(100 + dice.below(200));
      answer = undefined;
      for (let tries = 0; isIn && !answer && tries < mostRetries && !this.#isOver; tries++) {
        const next = await this.web.authorize({ person, session });
        if (next.outcome === 'ok') answer = next;
        else if (next.outcome === 'refused') break;
        else await pause(250);
      }
      answer ??= await this.#signedIn(this.web, user);
    }
  }

  // Somebody who saw the code tries to be first.
  async #redeemTwice(answer) {
    const both = await Promise.all([1, 2].map(() => this.web.redeem(answer, this.#name('f'), { isTwice: true })));
    return both.find(({ outcome }) => outcome === 'ok');
  }

  /** Whether the person is still signed in afterwards. */
  async #use(tokens, isTwice, dice) {
    await Promise.all([this.api.verify(tokens), this.web.userInfo(tokens), this.api.introspect(tokens)]);
    let current = tokens;
    for (let rounds = dice.below(4); rounds > 0 && !isTwice && !this.#isOver; rounds--) {
      await pause(50 + dice.below(150));
      const next = await this.#moved(this.web, current, dice);
      if (!next) return true;
      current = { ...current, ...next };
    }
    const end = dice.next();
    if (end < 0.3) await this.#ended(await this.web.revokeFamily(current), current, { refreshes: true });
    else if (end < 0.45) await this.#ended(await this.web.revokeAccess(current), current, {});
    else if (end < 0.75) {
      const out = await this.web.logout({ ...current, sid: current.sid ?? tokens.sid });
      if (out.outcome === 'ok') {
        await this.web.authorize(tokens);
        await this.#ended(out, current, { refreshes: true });
      }
      return false;
    }
    return true;
  }

  /** Shows what was taken back everywhere: at once where the server is asked, and again and again at the verifier, until it refuses. */
  async #ended(revocation, tokens, { refreshes }) {
    if (revocation.outcome !== 'ok') return;
    const asked = [this.api.introspect(tokens), this.web.userInfo(tokens)];
    if (refreshes) asked.push(this.web.refresh(tokens, { isDead: true }));
    const verified = (async () => {
      for (let tries = 0; tries < 2000; tries++) {
        const { outcome } = await this.api.verify(tokens);
        if (outcome === 'refused') return;
        await pause(40);
      }
    })();
    await Promise.all([...asked, verified]);
  }

  /** One refresh that is answered in the end: sometimes from two tabs at once, sometimes after an answer that was lost. Undefined where it is refused. */
  async #moved(app, tokens, dice) {
    for (let tries = 0; tries < mostRetries; tries++) {
      const way = dice.next();
      const lost = way < 0.15 ? { patience: 1 + dice.below(25), isLost: true } : {};
      const answers = await Promise.all(Array.from({ length: way > 0.8 ? 2 : 1 }, () => app.refresh(tokens, { ...lost, tries })));
      const answered = answers.find(({ outcome }) => outcome === 'ok');
      if (answered) return answered;
      if (answers.some(({ outcome }) => outcome === 'refused')) return undefined;
      await pause(lost.isLost ? 10 : 200);
    }
    return undefined;
  }

  /** One family for the whole run, which nobody ever ends; its tokens are shown everywhere. */
  async #keep(app, user, scope, dice) {
    const first = await this.#signedIn(app, user);
    if (!first) return;
    let tokens;
    for (let answer = first; !this.#isOver && tokens?.outcome !== 'ok'; await pause(200)) {
      answer = await app.authorize(first, { scope });
      if (answer.outcome === 'ok') tokens = await app.redeem(answer, this.#name('f'), { isOffline: scope.includes('offline_access') });
    }
    for (let round = 0; !this.#isOver && tokens; round++) {
      await pause(300 + dice.below(500));
      const next = await this.#moved(app, tokens, dice);
      if (!next) return;
      const known = tokens;
      tokens = { ...tokens, ...next };
      await Promise.all([this.api.verify(tokens), app.userInfo(tokens), this.api.introspect(tokens), this.api.verify(known)]);
      if (round % 3 === 0) await app.authorize(first);
    }
    if (tokens) await app.refresh(tokens, { isLast: true });
  }

  async #work(dice) {
    while (!this.#isOver) {
      const tokens = await this.machine.own({});
      if (tokens.outcome === 'ok') {
        await Promise.all([this.api.verify(tokens), this.api.introspect(tokens)]);
        if (dice.chance(0.4)) await this.#ended(await this.machine.revokeAccess(tokens), tokens, {});
      }
      await pause(150 + dice.below(250));
    }
  }
}
