"""What calls do to the objects they are given: which methods change their object, which functions an argument."""

from __future__ import annotations

from typing import Final

_STATEMENTS: Final = frozenset(
    "append extend insert remove sort reverse update add discard clear appendleft extendleft rotate intersection_update "
    "difference_update symmetric_difference_update fill put itemset partition resize setflags "
    "compile build backward step zero_grad train eval build_vocab write writelines writerow writerows".split()
)
"""Methods that change their object and give nothing back: where somebody uses the result, it is another method of that name."""
_ALWAYS: Final = frozenset(
    "pop popitem popleft setdefault fit fit_transform fit_predict fit_resample fit_sample partial_fit set_params fit_generator "
    "train_on_batch fit_on_texts fit_on_sequences load_weights load_state_dict set_weights adapt".split()
)
_OF_KIND: Final = {
    "frame": "insert pop update".split(),
    "series": "pop update".split(),
    "index": [],
    "groupby": [],
    "array": "sort fill resize put itemset partition setflags".split(),
    "str": [],
    "number": [],
    "bool": [],
    "tuple": [],
    "none": [],
    "path": [],
    "file": "write writelines".split(),
    "function": [],
    "class": [],
    "module": [],
    "figure": [],
    "axes": [],
    "list": "append extend insert remove pop clear sort reverse".split(),
    "dict": "update pop popitem setdefault clear move_to_end subtract".split(),
    "set": "add discard remove pop clear update intersection_update difference_update symmetric_difference_update".split(),
    "estimator": [*_ALWAYS, "compile"],
    "transformer": [*_ALWAYS],
    "splitter": [],
    "tensor": ["backward"],
}
SAME: Final = frozenset({"fit", "set_params", "partial_fit"})
"""Methods of scikit-learn's estimators that give the estimator back; those of other libraries give something else."""
FROZEN: Final = frozenset({"number", "str", "bool", "none"})
"""Kinds that nothing can change: two names for one of these have nothing to do with each other."""
KEEPS: Final = frozenset({"list", "dict", "tuple", "set"})
"""Kinds whose elements stay in them when they are taken out: changing the element changes the container."""
VIEWS: Final = frozenset({"reshape", "ravel", "view", "squeeze", "swapaxes", "transpose"})
"""Methods of an array that (mostly) give a window on the same numbers."""

_ARGUMENTS: Final = {
    **dict.fromkeys(("numpy.random.shuffle", "random.shuffle"), (0,)),
    **dict.fromkeys(
        ("heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heappushpop", "heapq.heapreplace"), (0,)
    ),
    **dict.fromkeys(("bisect.insort", "bisect.insort_left", "bisect.insort_right", "setattr", "delattr", "next"), (0,)),
    **dict.fromkeys(("numpy.fill_diagonal", "numpy.put", "numpy.copyto", "numpy.place", "numpy.putmask"), (0,)),
    "operator.setitem": (0,),
    "json.dump": (1,),
    "pickle.dump": (1,),
}


def changes_object(method: str, kind: str | None, *, discarded: bool) -> bool:
    """Does this method change the object of this kind (None where that is unknown)? `discarded`: nobody uses its result."""
    if kind in _OF_KIND:
        return method in _OF_KIND[kind] or (kind == "tensor" and _ends_in_place(method))
    if method in _ALWAYS:
        return True
    return discarded and (method in _STATEMENTS or _ends_in_place(method))


def _ends_in_place(method: str) -> bool:
    """PyTorch's methods that work in place end so: `add_`, `zero_`."""
    return method.endswith("_") and not method.endswith("__")


def changed_arguments(function: str | None) -> tuple[int, ...]:
    """The places of the arguments that a library's function changes."""
    if function is None:
        return ()
    found = _ARGUMENTS.get(function)
    if found is None and function.startswith("torch.nn.") and _ends_in_place(function):
        return (0,)
    return found or ()
