"""DuckDB alone: the files of a chain to typed, judged tables and then every model, in one database.

    python3 peer.py CHAIN MODELS.sql [DATABASE]

CHAIN is a folder that `storebook demo` wrote (its headers are the contract's own names); MODELS.sql is what
`storebook --project CHAIN models --sql` prints. Without DATABASE the tables stay in memory. Needs the Python package
`duckdb`, of the version that storebook links.

The same work: every cell through the same macros (src/sources/clean.sql) to the same types; the same row rules; keys
that stand twice in a file, transactions in two files, refunds of what is no sale; then the SQL of every model but those on closed months and
earlier releases.
Not done here: files are not decoded, hashed or scanned for broken records; no line numbers; a row that breaks a rule
or a key ends the run instead of going to quarantine; nothing is stored but the tables; no model is sorted by its key.
"""

import glob
import pathlib
import re
import resource
import sys
import time

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONTRACT = ROOT / "src/sources/contract"
TABLES = {"transactions": "transactions.rs", "customers": "customers.rs", "stores": "others.rs", "products": "others.rs", "feedback": "others.rs"}
# What earlier builds left behind; in a first build these tables are empty, and the models on them take next to nothing.
OF_STATE = ["closed_figures", "adjustment_ledger", "release_before", "release_figures", "release_files", "release_findings", "release_months", "release_tables"]
KEYS = {"customers": "record_id", "stores": "store_id", "products": "sku", "feedback": "feedback_id"}


def codes(text):
    """Name of a list of codes -> {code: words}."""
    found = {}
    for name, body in re.findall(r"const (\w+): Codes = &\[(.*?)\n\];", text, re.S):
        found[name] = {code: [code] + re.findall(r'"([^"]*)"', words) for code, words in re.findall(r'\("([^"]+)", &\[(.*?)\]\)', body, re.S)}
    return found


def columns(table):
    """(how, name, type) of every column of a contract table, in order."""
    text = (CONTRACT / TABLES[table]).read_text()
    prefix = {"stores": "STORE_", "products": "PRODUCT_", "feedback": "FEEDBACK_"}.get(table, "")
    text = text[text.index(f"const {prefix}COLUMNS"):]
    text = text[: text.index("\n];")]
    pattern = r'(required|optional|filled)\(\s*"(\w+)",\s*Type::(\w+)(?:\("(\w+)"\)| \{ ([^}]*) \})?'
    return re.findall(pattern, text)


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def value(kind, options, text, lists):
    """SQL of the typed value of a cell, and what makes it unreadable."""
    unreadable = lambda sql: f"({sql} is null and {text} is not null and not coalesce(sb_blank({text}), true))"
    if kind in ("Money", "Quantity"):
        sql = f"sb_number({text})::decimal(18,{2 if kind == 'Money' else 3})"
        return sql, unreadable
    if kind == "Integer":
        low, high = re.search(r"min: ([\d_]+), max: ([\d_]+)", options).groups()
        sql = f"case when sb_number({text}) = trunc(sb_number({text})) then try_cast(sb_number({text}) as integer) end"
        return sql, lambda sql: f"{unreadable(sql)} or {sql} not between {low} and {high}"
    if kind in ("Date", "DateTime"):
        sql = f"sb_moment({text}, '')" + ("::date" if kind == "Date" else "")
        return sql, lambda sql: f"{unreadable(sql)} or {sql} not between date '1900-01-01' and date '2100-12-31'"
    if kind == "Bool":
        return f"sb_bool({text})", unreadable
    if kind == "Code":
        words = lists[re.search(r"allowed: (\w+)", options).group(1)]
        opened = "open: true" in options
        arms = " ".join(f"when list_contains([{', '.join(map(literal, all_))}], lower({text})) then {literal(code)}" for code, all_ in words.items())
        return f"case {arms} else {text if opened else 'null'} end", (lambda sql: "false") if opened else unreadable
    return text, lambda sql: "false"


def load(db, chain, table):
    files = sorted(glob.glob(f"{chain}/data/{table}/*.csv") + glob.glob(f"{chain}/data/{table}*.csv"))
    headers = [open(file, encoding="utf-8-sig").readline().strip() for file in files]
    given = list(dict.fromkeys(name for header in sorted(set(headers), key=len, reverse=True) for name in header.split(",")))
    uneven = "true" if len(set(headers)) > 1 else "false"
    lists = {}
    for path in [CONTRACT.parent / "contract.rs", *CONTRACT.glob("*.rs")]:
        # A list of the table's own file wins.
        lists = {**codes(path.read_text()), **lists} if path.name != TABLES[table] else {**lists, **codes(path.read_text())}
    texts, values, wrong, output = [], [], [], []
    for how, name, kind, day_of, options in columns(table):
        if kind == "Source":
            output.append(f"{literal(table)} as source")
        elif kind == "IdSpace":
            output.append("'main' as id_space")
        elif kind == "DayOf":
            output.append(f"v_{day_of}::date as {name}")
        elif name not in given:
            sql = {"currency": "'CNY'"}.get(name, "null")
            types = {"Money": "decimal(18,2)", "Quantity": "decimal(18,3)", "Integer": "integer", "Date": "date", "DateTime": "timestamp", "Bool": "boolean"}
            output.append(f"{sql}::{types.get(kind, 'varchar')} as \"{name}\"")
        else:
            texts.append(f"nullif(trim(\"{name}\"), '') as t_{name}")
            sql, fault = value(kind, options, f"t_{name}", lists)
            values.append(f"{sql} as v_{name}")
            wrong.append(fault(f"v_{name}"))
            if how == "required":
                wrong.append(f"v_{name} is null")
            output.append(f"v_{name} as \"{name}\"")
    if table == "transactions":
        wrong.append("((v_kind = 'refund' and v_amount > 0) or (v_kind = 'sale' and v_amount < 0))")
    db.execute(
        f"""create table source.{table} as
        with raw as (select row_number() over () as _record, file_index as _file, {', '.join(f'"{name}"' for name in given)}
            from read_csv({files}, all_varchar = true, header = true, delim = ',', union_by_name = {uneven})),
        texts as (select _record, _file, {', '.join(texts)} from raw),
        judged as (select *, {', '.join(values)} from texts)
        select {', '.join(output)}, _file, _record, ({' or '.join(f'coalesce({part}, false)' for part in wrong)}) as _wrong from judged"""
    )
    refuse(db, table, "rows that break a rule", f"select count(*) from source.{table} where _wrong")
    if table == "transactions":
        refuse(db, table, "lines that stand twice in a file", "select count(*) from (select source, transaction_id, line_no, _file from source.transactions group by all having count(*) > 1)")
        refuse(db, table, "transactions in two files", "select count(*) from (select source, transaction_id from source.transactions group by all having min(_file) <> max(_file))")
        refuse(db, table, "refunds of what is no sale", """
            with refunds as (select source, original_transaction_id as original from source.transactions where kind = 'refund' and original_transaction_id is not null),
            originals as (select r.source, r.transaction_id as original, bool_or(r.kind in ('sale', 'exchange')) as sold
                from source.transactions r semi join refunds f on r.source = f.source and r.transaction_id = f.original group by all)
            select count(*) from refunds join originals using (source, original) where not sold""")
    else:
        key = KEYS[table]
        refuse(db, table, "keys that stand twice", f"select count(*) from (select {key} from source.{table} group by all having count(*) > 1)")
    if table != "stores" and "store_id" in given:
        refuse(db, table, "unknown stores", f"select count(*) from source.{table} where store_id is not null and store_id not in (select store_id from source.stores)")


def refuse(db, table, what, sql):
    count = db.execute(sql).fetchone()[0]
    if count:
        sys.exit(f"{table}: {count} {what}; this script is for a chain without any")


PEOPLE = """
create table person_records as
select id_space, record_id, 'P' || lpad((row_number() over (order by id_space, record_id))::varchar, 7, '0') as person_id,
    1.0::double as match_probability, 'same_record' as reason
from (
    select id_space, record_id from source.customers where record_id is not null
    union select id_space, record_id from source.transactions where record_id is not null
    union select id_space, record_id from source.feedback where record_id is not null)"""


def main():
    chain, models = sys.argv[1:3]
    started, marks = time.perf_counter(), []
    db = duckdb.connect(sys.argv[3] if len(sys.argv) > 3 else ":memory:")
    for statement in ["set threads = 2", "set enable_progress_bar = false", "create schema source"]:
        db.execute(statement)
    # The chain's clock is eight hours ahead all year.
    db.execute("create or replace macro sb_local(t) as t + to_seconds(28800)")
    db.execute((ROOT / "src/sources/clean.sql").read_text())
    for table in ["stores", "customers", "products", "feedback", "transactions"]:
        load(db, chain, table)
    db.execute("create table source.store_files as select store_id, _file::varchar as file, max(ordered_on) as newest, count(*)::bigint as rows from source.transactions group by all")
    marks.append(("load", time.perf_counter(), usage()[0]))
    statements = re.findall(r"create table (\w+) as\n(.*?);\n\n", pathlib.Path(models).read_text(), re.S)
    db.execute(PEOPLE)
    left_out = []
    for name, sql in statements:
        if any(re.search(rf'source."{table}"|main."{table}"', sql) for table in [*OF_STATE, *left_out]):
            left_out.append(name)
        else:
            db.execute(f"create table {name} as {sql}")
    marks.append(("models", time.perf_counter(), usage()[0]))
    before, spent = started, 0.0
    for name, at, cpu in marks:
        print(f"{name:8s} {at - before:8.1f} s {cpu - spent:8.1f} CPU s")
        before, spent = at, cpu
    print(f"{'all':8s} {before - started:8.1f} s {spent:8.1f} CPU s, at most {usage()[1] / 1000:.0f} MB; DuckDB {duckdb.__version__}, {len(statements) + 1 - len(left_out)} models; left out: {', '.join(left_out)}")


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss


main()
