// What oidc-provider keeps, in this process's memory and without a bound: the one that comes with it forgets all but the newest thousand.
const kept = new Map();
const byUid = new Map();
const byGrant = new Map();

export class KeptInMemory {
  constructor(model) { this.model = model; }

  key(id) { return `${this.model}:${id}`; }

  async upsert(id, payload) {
    kept.set(this.key(id), payload);
    if (payload.uid) byUid.set(payload.uid, id);
    if (payload.grantId && this.model !== "Session") {
      if (!byGrant.has(payload.grantId)) byGrant.set(payload.grantId, []);
      byGrant.get(payload.grantId).push(this.key(id));
    }
  }

  async find(id) { return kept.get(this.key(id)); }

  async findByUid(uid) { return this.find(byUid.get(uid)); }

  async consume(id) { kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }

  async destroy(id) { kept.delete(this.key(id)); }

  async revokeByGrantId(grantId) {
    for (const key of byGrant.get(grantId) ?? []) kept.delete(key);
    byGrant.delete(grantId);
  }
}
