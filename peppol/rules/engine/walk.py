"""One walk over a parsed document: its tree for the rules, which rules wait where, what the gate has to look at.

This is the busiest loop of the exchange; what repeats is kept in local names, and only elements with children are
put on the way back up. What the gate refuses in elements is rare, so the walk only notes whether any of it can be
there (`Walked.suspect`); whether it is, `gate_tree.check_tree` decides, which knows each reason.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from peppol.rules.engine.automaton import Automaton, Forms, State, Step
from peppol.rules.engine.forms import Form
from peppol.rules.engine.rulebook import BROKEN, Broken, RuleInfo
from peppol.rules.engine.tree import BARE, BLANKS, CHILDLESS, DocumentTree, Node
from peppol.xml.gate_errors import LIMITS
from peppol.xml.gate_tree import Heed
from peppol.xml.shape import WIDE, Extent

Hits = dict[str, tuple[RuleInfo, Node, Broken]]

# So many elements on the way up, and the children of the next are deeper than the gate lets in.
_DEEP: Final = LIMITS.depth_max - 2
# A text that sorts behind it begins with a character that is no blank.
_INK: Final = "!"
# Texts that are alike are one object, which takes less memory: a blank, a code, a price. Senders choose them: bounded.
_SHORT: Final = 40
_TEXTS_MOST: Final = 5000
_ROOT_ALONE: Final = Extent(elements=1, levels=1, in_wide=0)


@dataclass(slots=True)
class Walked:
    """A document as the rules see it, and what waits there.

    `nodes` are those that rules wait for, in document order, and `forms` theirs. `hits` are the first places of what
    ought not to be there, `extent` how large the tree is. `suspect` says that the gate's own check of the tree has to
    be asked.
    """

    document: DocumentTree
    automaton: Automaton
    nodes: list[Node] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    hits: Hits = field(default_factory=dict)
    parents: list[Node] = field(default_factory=list)
    mixed: list[Node] = field(default_factory=list)
    extent: Extent = _ROOT_ALONE
    suspect: bool = False

    def let_go(self) -> None:
        """Forget the tree: parents and children hold each other, so that else its memory would not be free at once."""
        for node in self.parents:
            node.kids = CHILDLESS
        self.document.forget()


def walk(root: etree._Element, automaton: Automaton) -> Walked:
    """Build the tree of a document, and note on the way which rules wait for which node."""
    first = automaton.start
    step = first.next.get(str(root.tag)) or automaton.step(first, str(root.tag))
    name, state, heed = step.name, step.state, step.heed
    document = DocumentTree(name, root.text or "", root)
    document.kids = {}
    document._named[name] = [document]
    attributes = document.attributes.items()
    walked = Walked(document, automaton, parents=[document])
    walked.suspect = (
        heed is Heed.ALL or _is_suspect(attributes) or (heed is Heed.TEXT and not document.text.isprintable())
    )
    if state.busy:
        walked.nodes.append(document)
        walked.forms.append(state.formless)
    if state.absences or state.attributes:
        _note(state, document, walked.hits)
    if len(root):
        _walk_below(walked, root, step, automaton)
    for node in walked.mixed:  # a value with elements in it is, as in XPath, all the text there is
        node.text = node.string
    return walked


def _walk_below(walked: Walked, root: etree._Element, step: Step, automaton: Automaton) -> None:
    """All below the root, added to `walked`."""
    nodes, forms, hits, named = walked.nodes, walked.forms, walked.hits, walked.document._named
    suspect = walked.suspect
    met: dict[tuple[str, str], Mapping[str, str]] = {}
    texts: dict[str, str] = {}
    top: Node = walked.document
    state, known = step.state, step.forms
    kids, steps = top.kids, state.next
    left = inside = len(root)
    deepest, in_wide = 0, inside if inside > WIDE else 0
    inner: list[Form | None] = [None] if top.attributes or top.text.strip(BLANKS) else []
    place = 0 if state.busy else -1
    way_up: list[tuple[Node, State, Forms, list[Form | None], int, int]] = []
    elements = root.iter()
    next(elements)
    for element in elements:
        left -= 1
        tag = element.tag
        found = steps.get(tag)  # type: ignore[arg-type]  # a comment's tag is a function, and misses
        if found is None and isinstance(tag, str):
            found = automaton.step(state, tag)
        if found is None:  # a comment or an instruction: only what follows it counts
            top.text += element.tail or ""
            inner.append(None)
            suspect = True
        else:
            name, below, forms_met, heed, is_value = (
                found.name,
                found.state,
                found.forms,
                found.heed,
                found.is_value,
            )
            text = element.text or ""
            if len(text) < _SHORT:
                if len(texts) >= _TEXTS_MOST:
                    texts.clear()
                text = texts.setdefault(text, text)
            attributes = BARE
            pairs = element.items()
            if pairs:
                # One currency stands at every amount: what stands alone is kept and looked at once.
                known_pair = met.get(pairs[0]) if len(pairs) == 1 else None
                if known_pair is None:
                    known_pair = dict(pairs)
                    suspect = suspect or _is_suspect(pairs)
                    if len(pairs) == 1:
                        met[pairs[0]] = known_pair
                attributes = known_pair
            node = Node(name, text, top, attributes)
            if heed and (heed > 1 or not text.isprintable()):
                suspect = True
            group = kids.get(name)
            if group is None:
                kids[name] = (node,)  # most stand alone, and a list takes twice the room
            elif isinstance(group, list):
                group.append(node)
            else:
                kids[name] = [*group, node]
            group = named.get(name)
            if group is None:
                named[name] = [node]
            else:
                group.append(node)
            if below.absences or (pairs and below.attributes):
                _note(below, node, hits)
            if size := len(element):
                inside += size
                if size > WIDE:
                    in_wide += size
                way_up.append((top, state, known, inner, place, left))
                if len(way_up) > deepest:
                    deepest = len(way_up)
                top, state, known, left, steps = node, below, forms_met, size, below.next
                top.kids = kids = {}
                walked.parents.append(node)
                inner = [None] if pairs or is_value or text.strip(BLANKS) else []
                if is_value:
                    walked.mixed.append(node)
                place = -1
                if below.busy:
                    place = len(nodes)
                    nodes.append(node)
                    forms.append(below.formless)
                continue
            key: Hashable = text > _INK or bool(text.strip(BLANKS))
            if pairs:
                key = (key, pairs[0][0]) if len(pairs) == 1 else (key, *attributes)
            form = forms_met.get(key) or automaton.form(below, forms_met, key)
            inner.append(form)
            if form.asks:
                nodes.append(node)
                forms.append(form)
        while not left:
            outer = tuple(inner)
            whole = known.get(outer) or automaton.form_of_parent(state, known, outer)
            if whole is not None and place >= 0:
                forms[place] = whole
            if not way_up:
                break
            top, state, known, inner, place, left = way_up.pop()
            kids, steps = top.kids, state.next
            inner.append(whole)
    walked.suspect = suspect or deepest > _DEEP
    walked.extent = Extent(1 + inside, 2 + deepest, in_wide)


def _is_suspect(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether the gate has to look at the attributes of an element."""
    for name, value in pairs:  # noqa: SIM110 -- a generator costs as much again
        if name[0] == "{" or len(name) > LIMITS.name_max or not value.isprintable():
            return True
    return False


def _note(state: State, node: Node, hits: Hits) -> None:
    """Keep the first place of everything that ought not to be there."""
    for info in state.absences:
        if info.id not in hits:
            hits[info.id] = (info, node, BROKEN)
    for name, value in node.attributes.items():
        for info in state.attributes.get(name, ()):
            if info.id not in hits:
                hits[info.id] = (info, node, Broken(found=value, attribute=name))
