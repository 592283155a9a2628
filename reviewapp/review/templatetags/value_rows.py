"""How are a thousand values written, as rows of the list and lines of a table? By Python: as a template that was included for
each value, they took about 110 of the 230 ms of the longest document's screen (docs/screen.md).

Pieces of markup stand here as literals; whatever a value says goes into their gaps by `format_html`, which escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reviewapp.review.array_views import ArrayView, LineView
from reviewapp.review.value_views import View
from reviewapp.web.templatetags.marks import icon

register = template.Library()

_STRUCK = frozenset({"cleared", "illegible"})


class _Markup:
    """Literals with gaps, and what belongs into the gaps."""

    def __init__(self, *, oob: bool) -> None:
        self.oob = oob
        self.empty = _("empty")
        self.put_back = pgettext("a removed line", "Put back")
        self.put_back_line = _("Put back line %(number)s")
        self.remove = _("Remove line %(number)s")
        self.remove_icon = icon("remove")
        self._pieces: list[str] = []
        self._gaps: list[str] = []

    def put(self, piece: str, *gaps: str) -> None:
        self._pieces.append(piece)
        self._gaps += gaps

    def html(self) -> SafeString:
        return format_html("".join(self._pieces), *self._gaps)


@register.simple_tag
def rows(views: Sequence[View], oob: bool = False) -> SafeString | str:
    """Links of the list of fields. `oob`: htmx puts each in the place of the one that the page has."""
    markup = _Markup(oob=oob)
    for view in views:
        _put_row(markup, view)
    return markup.html() if views else ""


@register.simple_tag
def table(array: ArrayView) -> SafeString:
    """The table of an array. Who may change it gets a button on each line that takes it out."""
    markup = _Markup(oob=False)
    markup.put('<table>\n    <thead><tr><th scope="col"><span class="unseen">{}</span></th>', _("Line"))
    for column in array.columns:
        markup.put(
            '<th scope="col" class="number">{}</th>' if column.number else '<th scope="col">{}</th>', column.label
        )
    if array.editable:
        markup.put('<th scope="col"><span class="unseen">{}</span></th>', _("Remove"))
    markup.put("</tr></thead>\n    <tbody>")
    for line in array.lines:
        _put_line(markup, line, editable=array.editable)
    markup.put("\n    </tbody>\n  </table>")
    return markup.html()


@register.simple_tag
def cells(views: Sequence[View], oob: bool = False) -> SafeString | str:
    """Cells by themselves. `oob` as above."""
    markup = _Markup(oob=oob)
    for view in views:
        _put_cell(markup, view)
    return markup.html() if views else ""


def _put_row(to: _Markup, view: View) -> None:
    url, label = escape(view.focus_url), escape(view.label)
    to.put('\n<a class="field')
    if view.verdict:
        to.put(" field-decided")
    elif view.needs_eyes and _is_broken(view):
        to.put(" field-broken")
    to.put('" id="{}" href="{}" hx-get="{}"', view.dom_id, url, url)
    _put_facts(to, view)
    to.put(">")
    _put_mark_of_row(to, view)
    to.put('<span class="field-label" title="{}">{}</span><span class="field-value">', label, label)
    _put_value(to, view)
    to.put('</span><span class="field-why">')
    _put_why(to, view)
    to.put("</span></a>")


def _put_line(to: _Markup, line: LineView, *, editable: bool) -> None:
    state = "removed" if line.removed else "added" if line.added else ""
    if state:
        to.put('\n      <tr class="{}"><th scope="row">{}</th>', state, line.number)
    else:
        to.put('\n      <tr><th scope="row">{}</th>', line.number)
    for view in line.cells:
        _put_cell(to, view)
    if editable:
        to.put('<td class="line-acts"><button class="button button-plain" type="submit" form="act" name="line_')
        if line.removed:
            name = to.put_back_line % {"number": line.name}
            to.put('restored" value="{}" aria-label="{}">{}', line.path, name, to.put_back)
        else:
            name = to.remove % {"number": line.number}
            to.put('removed" value="{}" aria-label="{}">{}', line.path, name, to.remove_icon)
        to.put("</button></td>")
    to.put("</tr>")


def _put_cell(to: _Markup, view: View) -> None:
    url = escape(view.focus_url)
    to.put('<td id="{}"', view.dom_id)
    _put_facts(to, view)
    to.put(' class="number ' if view.number else ' class="')
    if view.verdict:
        to.put("decided")
    elif view.needs_eyes:
        to.put("broken" if _is_broken(view) else "doubt")
    to.put('"><a href="{}" hx-get="{}">', url, url)
    _put_mark_of_cell(to, view)
    _put_value(to, view)
    to.put("</a></td>")


def _put_facts(to: _Markup, view: View) -> None:
    """The attributes by which the browser's modules know the value."""
    to.put(' data-path="{}"', view.path)
    if view.needs_eyes:
        to.put(" data-needs-eyes")
    if view.verdict:
        to.put(' data-verdict="{}"', view.verdict)
    if view.boxes:
        to.put(' data-boxes="{}"', view.boxes)
    if view.lines_id and not view.in_array and not view.of_line:
        to.put(' data-lines="{}"', view.lines_id)
    if view.of_line:
        to.put(' data-beside="{}"', view.lines_id)
    if view.current:
        to.put(' aria-current="true"')
    if to.oob:
        to.put(' hx-swap-oob="true"')


def _put_value(to: _Markup, view: View) -> None:
    if view.verdict in _STRUCK:
        to.put("<del><bdi>{}</bdi></del>", view.original_text)
    elif view.value_text:
        to.put("<bdi>{}</bdi>", view.value_text)
    else:
        to.put('<span class="empty">{}</span>', view.empty_text or to.empty)


def _put_mark_of_row(to: _Markup, view: View) -> None:
    """Decoration: the same is said in words at the end of the row."""
    if view.verdict:
        name = view.verdict
    elif not view.needs_eyes:
        to.put("<i></i>")
        return
    else:
        name = _mark(view, by_band=_level(view) in ("", "look"))
    to.put('<svg class="icon" aria-hidden="true"><use href="#{}"></use></svg>', name)


def _put_mark_of_cell(to: _Markup, view: View) -> None:
    """A cell has no room for words; its mark says them."""
    if view.verdict:
        name, words = view.verdict, view.verdict_text
    elif view.needs_eyes:
        name = _mark(view, by_band=not _is_broken(view))
        words = view.reasons[0][1] if view.reasons else view.band_text
    else:
        return
    to.put('<svg class="icon" role="img" aria-label="{}"><use href="#{}"></use></svg>', words, name)


def _put_why(to: _Markup, view: View) -> None:
    if view.verdict:
        to.put("{}", view.verdict_text)
    elif not view.needs_eyes:
        to.put('<span class="band"><svg class="icon" aria-hidden="true"><use href="#band-{}"></use></svg>', view.band)
        if view.confidence:
            to.put('<span class="number">{}</span>', view.confidence)
        to.put('<span class="band-word">{}</span></span>', view.band_text)
    elif view.why:
        to.put("{}", view.why)
    elif view.confidence or not view.reasons:
        to.put("{} {}", view.confidence, view.band_text)
    else:
        to.put("{}", view.reasons[0][1])


def _mark(view: View, *, by_band: bool) -> str:
    """The confidence's band where it is that which is doubted, else the weightiest reason's level."""
    return f"band-{view.band}" if by_band and view.doubt else _level(view) or "look"


def _level(view: View) -> str:
    """Of the weightiest reason; "" when there is none."""
    return view.reasons[0][0] if view.reasons else ""


def _is_broken(view: View) -> bool:
    return _level(view) == "broken"
