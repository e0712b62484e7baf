"""What is in a database behind the store's back, the same for both kinds: rows as text."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from data.sql_store import SqlStore
from tests.data.postgresql_server import PostgresServer, name_in

FIRST_RELEASE = Path(__file__).with_name("first_release.sql")


class Behind:
    """One database."""

    def __init__(self, url: str, server: PostgresServer | None) -> None:
        self.url = url
        self._server = server

    @property
    def embedded(self) -> bool:
        """SQLite."""
        return self._server is None

    @property
    def file(self) -> Path:
        """Of SQLite."""
        return Path(self.url.split(":///")[1])

    def store(self) -> SqlStore:
        """One more on this database; not open yet."""
        return SqlStore(self.url)

    def sql(self, statements: str) -> list[tuple[str, ...]]:
        """Committed at once; NULL is "". What the last statement answers."""
        if self._server is not None:
            return self._server.sql(name_in(self.url), statements)
        self.file.parent.mkdir(exist_ok=True)
        rows: list[tuple[str, ...]] = []
        with sqlite3.connect(self.file) as connection:
            for statement in _one_by_one(statements):
                rows = connection.execute(statement).fetchall()
        connection.close()
        return [tuple("" if each is None else str(each) for each in row) for row in rows]

    def make_first_release(self) -> None:
        """As the first release left it: with tables of its own making and no migrations."""
        script = FIRST_RELEASE.read_text(encoding="utf-8")
        if self._server is not None:
            # As SQLAlchemy made them there.
            script = script.replace(" id INTEGER NOT NULL", " id BIGSERIAL NOT NULL")
            script = script.replace('"only" INTEGER NOT NULL', '"only" SERIAL NOT NULL')
            script = script.replace("COMMIT;", "")
            numbered = ("attempts", "messages_in", "messages_out")
            script += "".join(
                f"SELECT setval('{each}_id_seq', (SELECT max(id) FROM {each}));"
                for each in numbered
            )
            self.sql(f"{script} COMMIT;")
            return
        self.file.parent.mkdir(exist_ok=True)
        with sqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(script)
        connection.close()

    def schema(self) -> list[tuple[str, ...]]:
        """Everything that is in it, however it was written down."""
        if not self.embedded:
            return self.sql(
                "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
                " column_default FROM information_schema.columns WHERE table_schema = 'public'"
                " AND table_name != 'alembic_version'"
                " UNION ALL SELECT tablename, indexname, indexdef, 0, '', '' FROM pg_indexes"
                " WHERE schemaname = 'public' AND tablename != 'alembic_version' ORDER BY 1, 2"
            )
        found = self.sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name != 'alembic_version' ORDER BY name"
        )
        return [(name, _plain(sql)) for name, sql in found]


def _plain(sql: str) -> str:
    """Without what means nothing: blanks, quotes of names, brackets around a default."""
    return re.sub(r"DEFAULT\(('[^']*')\)", r"DEFAULT\1", "".join(sql.split()).replace('"', ""))


def _one_by_one(statements: str) -> list[str]:
    """Split where SQLite sees an end: a trigger has semicolons of its own."""
    whole: list[str] = []
    rest = ""
    for piece in statements.split(";"):
        rest += piece + ";"
        if sqlite3.complete_statement(rest):
            whole.append(rest)
            rest = ""
    if rest.strip(" ;\n"):
        whole.append(rest)
    return [each for each in whole if each.strip(" ;\n")]
