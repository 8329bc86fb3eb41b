"""Every exercise: unsolved at first, its solution right, each wrong answer told what is wrong.

Answers are tried four at a time, each in a process of its own. `python -m tests.exercises` writes
the golden texts.
"""

from pathlib import Path

import pytest

from tests import exercises
from tests.exercises import NAMES, WITHIN, WRONG, folder, golden, keep, stated, wrong_answers
from tools.exercises import exercise
from ws101 import check, course
from ws101.check import Exercise, Verdict
from ws101.check.solutions import BEGIN, END, STARTER, is_check, read

LESSONS = sorted({lesson for lesson, _ in NAMES})

each_exercise = pytest.mark.parametrize(
    ("lesson", "name"), NAMES, ids=[f"{lesson[:2]}_{name}" for lesson, name in NAMES]
)


def to_try(**options):
    """For each exercise, what `tests.exercises.attempt` is to try."""
    whats = [{"lesson": lesson, "name": name} | options for lesson, name in NAMES]
    return pytest.mark.parametrize(
        "what", whats, ids=[f"{w['lesson'][:2]}_{w['name']}" for w in whats]
    )


@pytest.fixture(scope="session")
def trying(request):
    """All that this run asks for is tried from its beginning: a future for each test."""
    asked = {}
    with exercises.pool() as pool:
        for item in request.session.items:
            if item.path == Path(__file__) and "tried" in item.fixturenames:
                what = item.callspec.params["what"]
                asked[item.nodeid] = pool.submit(exercises.attempt, **what)
        yield asked
        for future in asked.values():
            future.cancel()


@pytest.fixture
def tried(trying, request):
    """What the check said of this test's answer."""
    return trying[request.node.nodeid].result(WITHIN)


@to_try(start=True)
def test_the_starter_is_not_attempted(what, tried):
    assert tried.verdict == Verdict.NOT_ATTEMPTED, tried.summary


@to_try()
def test_the_solution_passes(what, tried):
    assert tried.verdict == Verdict.PASSED, tried.summary


@pytest.mark.parametrize(
    "what",
    [{"lesson": lesson, "name": name, "answer": path} for lesson, name, path in wrong_answers()],
    ids=[f"{path.parent.name}/{path.stem}" for *_, path in wrong_answers()],
)
def test_a_wrong_answer_is_told_what_is_wrong(what, tried):
    path = what["answer"]
    assert tried.verdict == stated(path), tried.summary
    assert tried.summary == golden(path)
    assert tried.seconds < 10


def test_a_golden_text_is_read_as_it_was_written(tmp_path):
    keep(tmp_path / "wrong.py", "one\rtwo\r\nthree\n")
    assert golden(tmp_path / "wrong.py") == "one\rtwo\r\nthree\n"


@each_exercise
def test_it_has_ten_wrong_answers_of_several_kinds(lesson, name):
    verdicts = [stated(path) for path in folder(lesson, name).glob("*.py")]
    assert len(verdicts) >= 10
    assert set(verdicts) <= set(Verdict) - {Verdict.PASSED}
    assert len(set(verdicts)) >= 2


@each_exercise
def test_it_has_hints_that_end(lesson, name):
    one = getattr(check, name)
    fresh = Exercise(name, one.kind, hints=one.hints)
    said = [str(fresh.hint()) for _ in range(len(one.hints) + 2)]
    assert all(hint in words for hint, words in zip(one.hints, said, strict=False))
    assert said[-1] == said[-2]
    assert f"check.{name}.solution()" in said[-1]


@each_exercise
def test_the_notebook_has_its_heading_its_check_and_its_explanation(lesson, name):
    notebook = exercises.solutions(lesson)
    lines = [line for cell in notebook.cells for line in cell.source.splitlines()]
    title = next(one.exercises[name] for one in course.lessons() if one.id == lesson)
    assert lines.count(f"## {title}") == 1
    checks = [c for c in notebook.cells if c.cell_type == "code" and is_check(c.source, name)]
    assert len(checks) == 1
    assert checks[0].source.startswith("from ws101 import check\n"), "it runs after a restart too"
    solution = read(course.ROOT / "solutions" / f"{lesson}.ipynb", name)
    assert solution.code
    assert solution.explanation


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_exercise_notebook_gives_nothing_away(lesson):
    made = exercise(exercises.solutions(lesson))
    for cell in made.cells:
        assert "solution" not in cell.metadata.get("tags", ())
        for mark in (BEGIN, STARTER, END):
            assert mark not in cell.source
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")


def test_the_manifest_and_the_checks_name_the_same_exercises():
    checks = {name for name, thing in vars(check).items() if isinstance(thing, Exercise)}
    assert checks == {name for _, name in NAMES}
    assert all(getattr(check, name).name == name for name in checks)
    assert checks <= set(check.__all__)


def test_no_file_is_astray():
    assert {path.name for path in WRONG.iterdir()} == {folder(*pair).name for pair in NAMES}
    for directory in WRONG.iterdir():
        answers = {path.stem for path in directory.glob("*.py")}
        assert {path.name for path in directory.iterdir() if path.name != "__pycache__"} == {
            f"{stem}{suffix}" for stem in answers for suffix in (".py", ".txt")
        }
    for place in ("solutions", "exercises"):
        notebooks = {p.name for p in (course.ROOT / place).iterdir() if not p.name.startswith(".")}
        assert notebooks == {f"{lesson}.ipynb" for lesson in LESSONS}
