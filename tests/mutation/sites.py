"""Where a rule can be changed by little, and the change: on syntax trees, each site named in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlglot import exp, parse_one

from casecheck.rules import lowering
from casecheck.rules.expressions import DIALECT

Tree = exp.Expr
Change = Callable[[Tree], Tree]
Turn = tuple[str, Callable[[], Tree], Change]

MARK = "mark"
"""What the compiler puts for ``garbled()`` and its like is one condition here: nothing inside it is the author's."""
TAG = "place"
_OPPOSITE: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
}
_EDGE: dict[type[exp.Expr], type[exp.Expr]] = {exp.GT: exp.GTE, exp.GTE: exp.GT, exp.LT: exp.LTE, exp.LTE: exp.LT}
_ASKED = (exp.Is, exp.In, exp.Between, exp.Like, exp.Exists)
_HOLDERS = (exp.Join, exp.Where, exp.Having, exp.AggFunc)
_LONGEST = 110


@dataclass(frozen=True)
class Site:
    """One change: ``kind`` in two words, ``where`` as the SQL that it touches."""

    kind: str
    where: str
    change: Change


@dataclass(frozen=True)
class Place:
    """One change of a query: the ``turn``-th of the node that is tagged with ``number``, in a ``part`` of the query."""

    kind: str
    where: str
    number: int
    turn: int
    part: str


def conjuncts(condition: str) -> list[Site]:
    """A condition's top-level conjuncts, each negated and each dropped."""
    found = []
    for place, part in enumerate(_parts(parse_one(condition, read=DIALECT), exp.And)):
        found.append(Site("conjunct negated", _shown(part), _on_conjunct(place, keep=True)))
        found.append(Site("conjunct dropped", _shown(part), _on_conjunct(place, keep=False)))
    return found


def _on_conjunct(place: int, *, keep: bool) -> Change:
    def change(tree: Tree) -> Tree:
        parts = _parts(tree, exp.And)
        parts[place : place + 1] = [exp.not_(parts[place], copy=True)] if keep else []
        return _joined(parts, exp.And)

    return change


def tagged(query: Tree, *, edges: bool = False) -> list[Place]:
    """The places of a query, whose nodes are tagged so that they are found again: comparisons turned round, parts of
    conditions and branches dropped, outer joins that find nothing; with ``edges``, also ``<`` for ``<=`` and the like.
    """
    found, number = [], 0
    for node in list(_walk(query)):
        if turns := list(_changes(node, edges)):
            node.meta[TAG] = number
            part = _part(node)
            found += [Place(kind, _shown(told()), number, turn, part) for turn, (kind, told, _) in enumerate(turns)]
            number += 1
    return found


@contextmanager
def changed(query: Tree, place: Place, *, edges: bool = False) -> Iterator[None]:
    """A tagged query, changed in one place as long as the block runs, wherever the compiler has copied the node to."""
    put: list[tuple[Tree, Tree]] = []
    for node in [node for node in query.walk() if node.meta.get(TAG) == place.number]:
        _, _, change = list(_changes(node, edges))[place.turn]
        put.append((node, node.replace(change(node))))
    try:
        yield
    finally:
        for old, new in reversed(put):
            new.replace(old)


def _part(node: Tree) -> str:
    """What a node of a query belongs to: the ``join`` of tables, the ``filter`` that says what counts, or the ``answer``."""
    around = node if isinstance(node, _HOLDERS) else node.find_ancestor(*_HOLDERS, exp.Select)
    if isinstance(around, exp.Join):
        return "join"
    return "filter" if isinstance(around, _HOLDERS) else "answer"


def _walk(tree: Tree) -> Iterator[Tree]:
    """Every node that an author wrote."""
    return tree.walk(prune=lambda node: MARK in node.meta)


def _changes(node: Tree, edges: bool) -> Iterator[Turn]:
    """The changes of one node, each with the part that tells a reader which it is."""
    if _asks(node):
        yield from _turned_round(node, edges)
    if isinstance(node, exp.And | exp.Or) and not isinstance(_above(node), type(node)):
        for place, part in enumerate(_parts(node, type(node))):
            if not _asks(part):
                continue
            yield f"{'conjunct' if isinstance(node, exp.And) else 'alternative'} dropped", _telling(part), _without(place)
    if isinstance(node, exp.Where | exp.Having) and len(_parts(node.this, exp.And)) == 1 and _asks(node):
        yield "conjunct dropped", _telling(node), lambda old: type(old)(this=exp.true())
    if isinstance(node, exp.Join) and node.args.get("on"):
        yield from _of_join(node)
    if isinstance(node, exp.Case):
        for place, branch in enumerate(node.args["ifs"]):
            if not (node.this or _asks(branch.this)):
                continue
            yield "branch dropped", _telling(branch), _branchless(place)


def _asks(part: Tree) -> bool:
    """Whether a part asks anything of a record. What compares the words of a variant was decided before."""
    return part.find(exp.Column) is not None


def _turned_round(node: Tree, edges: bool) -> Iterator[Turn]:
    if type(node) in _OPPOSITE and not isinstance(node.parent, exp.Not):
        yield "turned round", _telling(node), _compared(_OPPOSITE)
        if edges and type(node) in _EDGE:
            yield "edge moved", _telling(node), _compared(_EDGE)
    elif isinstance(node, exp.Not) and isinstance(node.this, (*_OPPOSITE, *_ASKED)):
        yield "turned round", _telling(node), lambda old: old.this.copy()
    elif (isinstance(node, _ASKED) or MARK in node.meta) and not isinstance(node.parent, exp.Not):
        yield "turned round", _telling(node), lambda old: exp.not_(old.copy())


def _of_join(join: exp.Join) -> Iterator[Turn]:
    if len(_parts(join.args["on"], exp.And)) == 1 and _asks(join.args["on"]):
        yield "conjunct dropped", _telling(join.args["on"]), lambda old: _joining(old, exp.true())
    if join.side == "LEFT":
        yield "join finds nothing", _telling(join.args["on"]), lambda old: _joining(old, exp.false())


def _telling(part: Tree) -> Callable[[], Tree]:
    return lambda: part


def _compared(others: dict[type[exp.Expr], type[exp.Expr]]) -> Change:
    return lambda old: others[type(old)](this=old.this.copy(), expression=old.expression.copy())


def _without(place: int) -> Change:
    def change(old: Tree) -> Tree:
        kind = exp.And if isinstance(old, exp.And) else exp.Or
        parts = _parts(old, kind)
        del parts[place]
        return exp.paren(_joined(parts, kind))

    return change


def _joining(join: Tree, on: Tree) -> Tree:
    changed = join.copy()
    changed.set("on", on)
    return changed


def _branchless(place: int) -> Change:
    def change(old: Tree) -> Tree:
        case = old.copy()
        branches = case.args["ifs"]
        case.set("ifs", branches[:place] + branches[place + 1 :])
        return case if case.args["ifs"] else (case.args.get("default") or exp.null())

    return change


def _above(node: Tree) -> Tree | None:
    parent = node.parent
    while isinstance(parent, exp.Paren) and MARK not in parent.meta:
        parent = parent.parent
    return parent


def _parts(tree: Tree, kind: type[exp.Connector]) -> list[Tree]:
    """The operands of a chain of ANDs, or of ORs; parentheses around a chain are passed over."""
    while isinstance(tree, exp.Paren) and MARK not in tree.meta:
        tree = tree.this
    if not isinstance(tree, kind):
        return [tree]
    return [part for side in (tree.this, tree.expression) for part in _parts(side, kind)]


def _joined(parts: list[Tree], kind: type[exp.Connector]) -> Tree:
    if not parts:
        return exp.true()
    return (exp.and_ if kind is exp.And else exp.or_)(*(part.copy() for part in parts))


def _shown(node: Tree) -> str:
    def plain(part: Tree) -> Tree:
        return exp.column(f"{part.meta[MARK]}") if MARK in part.meta else part

    text = node.copy().transform(plain).sql(dialect=DIALECT)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def tag_marks() -> None:
    """From here on the compiler marks what it puts for ``garbled()`` and its like."""
    plainly = lowering._marked
    if plainly.__name__ == "marked":
        return

    def marked(arguments: list[exp.Expr], name: str, where: str) -> exp.Expr:
        node = plainly(arguments, name, where)
        node.meta[MARK] = f"{name}({arguments[0].sql(dialect=DIALECT)})"
        return node

    lowering._marked = marked
