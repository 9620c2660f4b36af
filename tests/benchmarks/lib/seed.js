// As many rows as there may be, by SQL: a real row is the model, and each copy differs in the columns that are named.
import { sql } from "./idp.js";

/** Copies of one row. `columns` holds SQL for what differs, in which `i` is the copy's number from `from` to `to`; `where` finds the model. */
export function seed(folder, table, { where, from = 1, to, columns, quickly = false }) {
  if (to < from) return;
  const all = sql(folder, `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`).split("\n");
  for (const name of Object.keys(columns)) if (!all.includes(name)) throw new Error(`${table} has no column ${name}`);
  const values = all.map((name) => columns[name] ?? `t."${name}"`);
  const insert = `SET synchronous_commit = off; INSERT INTO "${table}" (${all.map((name) => `"${name}"`)}) SELECT ${values} FROM generate_series(${from}, ${to}) i, (SELECT * FROM "${table}" WHERE ${where} LIMIT 1) t;`;
  // Many rows are in sooner without the indexes, which are then built at once; a database that was not just made can't do that to a table in use.
  sql(folder, quickly ? withoutIndexes(folder, table, insert) : insert);
}

function withoutIndexes(folder, table, insert) {
  const indexes = sql(folder, `SELECT indexname || '|' || indexdef FROM pg_indexes WHERE tablename = '${table}' AND indexname NOT IN (SELECT conname FROM pg_constraint)`).split("\n").filter(Boolean);
  const key = sql(folder, `SELECT conname || '|' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '"${table}"'::regclass AND contype = 'p'`).split("|");
  return `
    SET maintenance_work_mem = '512MB';
    ${indexes.map((line) => `DROP INDEX "${line.split("|")[0]}";`).join("\n")}
    ALTER TABLE "${table}" DROP CONSTRAINT "${key[0]}";
    ${insert}
    ALTER TABLE "${table}" ADD CONSTRAINT "${key[0]}" ${key[1]};
    ${indexes.map((line) => `${line.slice(line.indexOf("|") + 1)};`).join("\n")}`;
}

/**
 * Rows that were made one after the other lie side by side. This moves them to the places of rows picked by chance, as those of years of work lie.
 */
export function scatter(folder, table, key, living, seeded) {
  const columns = sql(folder, `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' AND column_name <> '${key}' ORDER BY ordinal_position`).split("\n");
  sql(folder, `
    BEGIN;
    CREATE TEMP TABLE living AS SELECT *, row_number() OVER () AS place FROM "${table}" WHERE ${living};
    CREATE TEMP TABLE picked AS SELECT "${key}" AS id, row_number() OVER (ORDER BY random()) AS place FROM
      (SELECT "${key}" FROM "${table}" TABLESAMPLE BERNOULLI ((SELECT least(100, greatest(2.0 * (SELECT count(*) FROM living) / greatest(1, (SELECT count(*) FROM "${table}" WHERE ${seeded})) * 100, 0.0001)))) WHERE ${seeded}) p;
    DELETE FROM "${table}" USING living WHERE "${table}"."${key}" = living."${key}" AND living.place <= (SELECT count(*) FROM picked);
    UPDATE "${table}" s SET "${key}" = l."${key}", ${columns.map((name) => `"${name}" = l."${name}"`)} FROM living l, picked WHERE picked.place = l.place AND s."${key}" = picked.id;
    COMMIT;`);
}

/** Statistics and the map of free places, as autovacuum keeps them. */
export const vacuum = (folder, ...tables) => sql(folder, tables.map((table) => `VACUUM ANALYZE "${table}";`).join("\n"));

export const rows = (folder, table, where = "true") => Number(sql(folder, `SELECT count(*) FROM "${table}" WHERE ${where}`));

/** Bytes with all indexes. */
export const bytes = (folder, table) => Number(sql(folder, `SELECT pg_total_relation_size('"${table}"')`));
