"""Regular expressions that are compiled when somebody first looks for them: there are hundreds, and a page needs few."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Regex:
    """Stands in for a `re.Pattern`."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:
        if name == "_compiled":
            self._compiled = re.compile(*self._given)
            return self._compiled
        found = getattr(self._compiled, name)
        setattr(self, name, found)  # next time nobody asks here
        return found


def regex(pattern: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but not before it is used; an error in the pattern shows only then."""
    return cast("re.Pattern[AnyStr]", _Regex(pattern, flags))
