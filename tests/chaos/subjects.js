import { bounds } from './bounds.js';

/** What a history's operations are about, and since when each of it may be dead, and surely is. */
export class Subjects {
  #access = new Map();
  #families = new Map();
  #codes = new Map();
  #uses = new Map();
  /** By what ended: `{ from, at }`, from when on it may be over, and from when on it is. */
  #ends = new Map();
  #keyEnds = [];
  /** When operators had another key sign at once. */
  #switches = [];

  constructor(events) {
    for (const event of events) this.#learn(event);
    for (const event of events) this.#bury(event);
  }

  /** Whether a refusal may be right. */
  mayBeDead(event) {
    if (event.op === 'redeem') return event.isTwice || !this.#isYoung(event) || this.#causes(event).some(({ from }) => from <= event.answered);
    return this.#causes(event).some(({ from }) => from <= event.answered) || this.#isPast(event) || this.#isOfNewKey(event);
  }

  /** The first thing that surely ended what this event showed, if any. */
  deadSince(event) {
    if (!['refresh', 'userinfo', 'introspect', 'verify', 'authorize'].includes(event.op)) return undefined;
    return this.#causes(event).filter(({ at }) => at !== undefined && at < event.asked).sort((one, other) => one.at - other.at)[0];
  }

  /** Whether the family's tokens were shown more often than once each before. */
  wasRetried(event) {
    const uses = this.#uses.get(event.family) ?? [];
    return uses.some((use) => use !== event && use.asked < event.answered && (use.outcome === 'unknown' || uses.some((other) => other !== use && other.used === use.used)));
  }

  isListenedTo(session) {
    return [...this.#families.values()].some((family) => family.session === session);
  }

  nameOf({ op, access, family, session, code }) {
    if (op === 'refresh') return family;
    return access ?? code ?? session ?? family;
  }

  #learn(event) {
    const { op, outcome, access, family, session, kid, exp, iat, code } = event;
    if (op === 'refresh') this.#uses.set(family, [...(this.#uses.get(family) ?? []), event]);
    if (outcome !== 'ok') return;
    if (code && op !== 'redeem') this.#codes.set(code, { session, at: event.answered });
    if (op === 'redeem') this.#families.set(family, { session: event.isOffline ? undefined : session });
    if (access && kid) this.#access.set(access, { family, kid, exp, iat, at: event.answered });
  }

  #bury({ op, outcome, asked, answered, access, family, session, kids, isTwice }) {
    const at = outcome === 'ok' ? answered : undefined;
    if (op === 'revoke') this.#end(access ?? family, { from: asked, at, why: 'its revocation' });
    if (op === 'logout') this.#end(session, { from: asked, at, why: 'the sign-out' });
    if (op === 'redeem' && isTwice) this.#end(family, { from: asked, at: undefined, why: 'the second use of its code' });
    if (op === 'keys revoke' || op === 'keys rotate --now') this.#switches.push({ from: asked, until: answered + bounds.newKey });
    if (op === 'keys revoke') for (const kid of kids) this.#keyEnds.push({ kid, from: asked, at, why: 'the emergency rotation', byKey: true });
  }

  #end(what, end) {
    this.#ends.set(what, [...(this.#ends.get(what) ?? []), end]);
  }

  #causes({ access, family, session, op, code }) {
    const shown = ['userinfo', 'introspect', 'verify'].includes(op) ? this.#access.get(access) : undefined;
    const familyOf = shown ? shown.family : op === 'refresh' ? family : undefined;
    const sessionOf = familyOf ? this.#families.get(familyOf)?.session : op === 'authorize' ? session : op === 'redeem' ? this.#codes.get(code)?.session : undefined;
    const ends = [shown && access, familyOf, sessionOf].filter(Boolean).flatMap((what) => this.#ends.get(what) ?? []);
    return shown ? [...ends, ...this.#keyEnds.filter(({ kid }) => kid === shown.kid)] : ends;
  }

  #isYoung({ code, asked }) {
    const made = this.#codes.get(code);
    return made !== undefined && asked - made.at < bounds.code;
  }

  #isOfNewKey({ op, error, asked, answered }) {
    return op === 'verify' && error === 'KeyUnknown' && this.#switches.some(({ from, until }) => from <= answered && asked <= until);
  }

  // A token that is about to expire proves nothing.
  #isPast({ access, answered }) {
    const token = this.#access.get(access);
    return token !== undefined && answered - token.at > (token.exp - token.iat) * 1000 - 45_000;
  }
}
