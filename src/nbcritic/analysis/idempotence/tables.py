"""What libraries promise about doing the same again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FORMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        "fillna ffill bfill backfill pad replace clip convert_dtypes infer_objects rename_axis reindex interpolate asfreq filter "
        "select_dtypes tz_convert normalize flatten ravel reshape squeeze where mask unique set_axis toarray todense "
        "rank resolve absolute expanduser union intersection difference remove_categories".split(),
        "",
    ),
    **dict.fromkeys("round abs".split(), "number"),
    **dict.fromkeys(
        "strip lstrip rstrip lower upper title capitalize casefold zfill ljust rjust center expandtabs removeprefix "
        "removesuffix".split(),
        "str",
    ),
}
"""Methods whose result they leave as it is, with the kind of the result where that is fixed."""
ROWS: Final = frozenset(
    "dropna drop_duplicates sort_values sort_index head tail nlargest nsmallest query truncate between_time at_time".split()
)
"""Methods that keep or order rows, and do nothing to rows that they have kept or ordered."""
TEXT_FORMS: Final = frozenset(
    "strip lstrip rstrip lower upper title capitalize casefold zfill replace pad normalize removeprefix removesuffix".split()
)
"""The same below `.str`."""
ELEMENTWISE: Final = frozenset(
    "map isin str.contains str.startswith str.endswith between notna isna notnull isnull".split()
)
COPIES: Final = frozenset({"copy", "deepcopy", "to_frame", "items", "view", "persist", "cache", "compute"})
FUNCTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys("abs round int float numpy.abs numpy.round numpy.around numpy.floor numpy.ceil numpy.sign numpy.rint "
                    "numpy.trunc math.floor math.ceil pandas.to_numeric".split(), "number"),
    **dict.fromkeys("str repr".split()[:1], "str"),
    "list": "list",
    "tuple": "tuple",
    "set": "set",
    "sorted": "list",
    "pandas.to_datetime": "datetime",
    "pandas.to_timedelta": "timedelta",
    **dict.fromkeys(
        "bool frozenset dict max min numpy.array numpy.asarray numpy.sort numpy.unique numpy.clip numpy.maximum numpy.minimum "
        "numpy.nan_to_num numpy.ravel numpy.squeeze numpy.atleast_1d numpy.atleast_2d numpy.float32 numpy.float64 numpy.int64 "
        "dict.fromkeys pandas.DataFrame pandas.Series pandas.get_dummies pandas.Categorical pathlib.Path os.path.abspath os.path.expanduser "
        "os.path.normpath os.path.realpath collections.OrderedDict collections.Counter collections.defaultdict "
        "numpy.ascontiguousarray scipy.sparse.csr_matrix pandas.unique".split(),
        "",
    ),
}  # fmt: skip
"""Functions whose result they leave as it is."""
OVERWRITES: Final[Mapping[str, str]] = {
    **dict.fromkeys("fit fit_transform fit_predict fit_resample fit_sample".split(), "fit"),
    **dict.fromkeys("train eval".split(), "mode"),
    **dict.fromkeys("load_weights load_state_dict set_weights".split(), "weights"),
    **{name: name for name in "compile build set_params adapt setflags build_vocab fit_on_texts".split()},
}
"""Methods that set a part of their object without looking at what it was."""
NOW: Final = frozenset(
    "time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic time.process_time time.ctime time.localtime "
    "time.gmtime time.strftime datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today "
    "pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow uuid.uuid1 uuid.uuid4 os.urandom secrets.token_hex "
    "secrets.token_bytes secrets.token_urlsafe secrets.choice secrets.randbelow tempfile.mkdtemp tempfile.mkstemp "
    "timeit.default_timer timeit.timeit".split()
)
"""Functions that give something else whenever they are asked."""
ITERATORS: Final = frozenset(
    "iter map filter zip enumerate reversed open csv.reader csv.DictReader itertools.count itertools.cycle itertools.chain "
    "itertools.islice itertools.product itertools.permutations itertools.combinations io.StringIO io.BytesIO os.scandir os.walk".split()
)
"""Functions whose result can be read once."""
GENERATORS: Final = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})
FAILS_AGAIN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("os.mkdir", "os.makedirs", "shutil.copytree", "os.symlink"), "FileExistsError"),
    **dict.fromkeys(
        "os.remove os.unlink os.rename os.replace os.rmdir os.removedirs shutil.move shutil.rmtree".split(),
        "FileNotFoundError",
    ),
}
"""Functions that fail where their work is done already."""
