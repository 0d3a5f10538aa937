"""The board on show is changed in one step or not at all."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from weatherboard.database import opened
from weatherboard.publish import publish, roll_back


def put(value: int):  # type: ignore[no-untyped-def]
    def build(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE TABLE IF NOT EXISTS t (v INTEGER)")
        con.execute("INSERT INTO t VALUES (?)", [value])

    return build


def values(path: Path) -> list[int]:
    with opened(path, read_only=True) as con:
        return [row[0] for row in con.execute("SELECT v FROM t ORDER BY v").fetchall()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_build_starts_from_the_board_on_show(tmp_path: Path) -> None:
    board = tmp_path / "new" / "deep" / "board.duckdb"
    for value in (1, 2, 3):
        publish(board, put(value), keep=1)
    assert values(board) == [1, 2, 3]
    assert values(board.with_name("board.duckdb.1")) == [1, 2]
    assert names(board.parent) == ["board.duckdb", "board.duckdb.1"]


def test_a_failed_contract_leaves_the_old_board(tmp_path: Path) -> None:
    board = tmp_path / "board.duckdb"
    publish(board, put(1), keep=3)
    before = board.read_bytes()

    def broken(con: duckdb.DuckDBPyConnection) -> None:
        put(2)(con)
        raise ValueError("a contract")

    with pytest.raises(ValueError, match="a contract"):
        publish(board, broken, keep=3)
    assert board.read_bytes() == before
    assert names(tmp_path) == ["board.duckdb"]


def test_the_last_boards_are_kept_and_come_back_one_by_one(tmp_path: Path) -> None:
    board = tmp_path / "board.duckdb"
    for value in range(1, 7):
        publish(board, put(value), keep=3)
    assert names(tmp_path) == ["board.duckdb", "board.duckdb.1", "board.duckdb.2", "board.duckdb.3"]
    for last in (5, 4, 3):
        roll_back(board)
        assert values(board)[-1] == last
    with pytest.raises(FileNotFoundError, match="no earlier board beside"):
        roll_back(board)
    assert values(board)[-1] == 3


def test_none_are_kept_if_nobody_wants_them(tmp_path: Path) -> None:
    for value in (1, 2):
        publish(tmp_path / "b", put(value), keep=0)
    assert names(tmp_path) == ["b"]


def test_a_reader_does_not_stop_the_job_and_keeps_its_board(tmp_path: Path) -> None:
    board = tmp_path / "board.duckdb"
    publish(board, put(1), keep=1)
    code = (
        "import sys, duckdb; con = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input();"
        "print(con.execute('SELECT count(*) FROM t').fetchone()[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(board)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        publish(board, put(2), keep=1)
        out, _ = reader.communicate("\n")
    assert out == "1\n"
    assert values(board) == [1, 2]
