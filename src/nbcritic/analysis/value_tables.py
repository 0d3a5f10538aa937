"""What the functions, methods and attributes that notebooks use give back: the tables behind `Values`."""

from __future__ import annotations

from typing import Final


def _table(**rows: str) -> dict[str, str]:
    """`kind="name name"` → `{name: kind}`."""
    return {name: kind for kind, names in rows.items() for name in names.split()}


PANDAS: Final = frozenset({"pandas", "modin.pandas", "geopandas"})
"""Modules whose frames behave as those of pandas. Spark's, Dask's and Polars' do not."""

PANDAS_CALLS: Final = _table(
    frame="""DataFrame GeoDataFrame read_csv read_table read_excel read_json read_parquet read_feather read_pickle read_sql
        read_sql_query read_sql_table read_fwf read_hdf read_stata read_sas read_spss read_orc read_clipboard read_gbq
        read_xml read_file get_dummies crosstab merge merge_asof merge_ordered pivot_table pivot melt wide_to_long json_normalize""",
    series="Series GeoSeries",
    index="Index MultiIndex date_range period_range timedelta_range interval_range RangeIndex DatetimeIndex bdate_range",
    file="ExcelFile",
)
"""Functions of pandas by what they return. `read_csv` with `chunksize` and `read_html` return no frame (see `Values`)."""

FOLLOWS_ARGUMENT: Final = frozenset(
    "log log2 log10 log1p exp expm1 exp2 sqrt cbrt square abs absolute fabs sign sin cos tan arcsin arccos arctan sinh cosh tanh "
    "floor ceil rint round around trunc nan_to_num clip isnan isinf isfinite power maximum minimum reciprocal negative "
    "deg2rad rad2deg radians degrees mod logical_not conjugate cumsum cumprod".split()
)
"""NumPy's element-wise functions: a series gives a series, an array an array."""

NUMPY_CALLS: Final = _table(
    array="""array asarray ascontiguousarray asanyarray zeros ones full empty zeros_like ones_like full_like empty_like arange
        linspace logspace geomspace eye identity diag vstack hstack dstack column_stack row_stack stack concatenate append
        reshape ravel transpose tile repeat sort argsort unique outer kron loadtxt genfromtxt fromiter frombuffer
        expand_dims flip fliplr flipud roll rot90 digitize diff gradient convolve correlate corrcoef cov
        delete insert searchsorted squeeze swapaxes moveaxis triu tril take atleast_1d atleast_2d polyfit polyval
        intersect1d union1d setdiff1d interp select matrix
        random.rand random.randn random.random_sample random.permutation random.multivariate_normal random.dirichlet
        linalg.inv linalg.pinv linalg.solve fft.fft fft.ifft fft.fftfreq fft.rfft""",
    tuple="shape",
    number="size ndim float64 float32 int64 int32 trapz",
    list="array_split split hsplit vsplit meshgrid",
)
NUMPY_SIZED: Final = frozenset(
    "randint normal uniform choice poisson binomial exponential gamma beta lognormal standard_normal geometric laplace".split()
)
"""Draws of `numpy.random` that are arrays where a size is given and numbers where none is."""
REDUCTIONS: Final = frozenset(
    "sum mean median std var min max amin amax prod ptp nansum nanmean nanmedian nanstd nanmin nanmax argmin argmax "
    "percentile quantile average count_nonzero".split()
)

BUILTINS: Final = _table(
    list="list sorted",
    dict="dict",
    set="set frozenset",
    tuple="tuple",
    str="str repr format input chr hex bin oct ascii",
    number="int float complex len ord hash id",
    bool="bool isinstance issubclass callable hasattr any all",
    none="print",
    file="open",
)

OTHER_CALLS: Final = _table(
    str="os.path.join os.path.abspath os.path.basename os.path.dirname os.getcwd os.path.expanduser os.getenv time.strftime",
    list="os.listdir glob.glob shlex.split",
    number="time.time time.perf_counter time.process_time math.sqrt math.log math.exp math.floor math.ceil math.sin math.cos "
    "math.pow random.random random.randint random.uniform random.gauss os.path.getsize",
    bool="os.path.exists os.path.isfile os.path.isdir",
    dict="collections.defaultdict collections.OrderedDict collections.Counter",
    path="pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.Path.cwd pathlib.Path.home",
    file="io.StringIO io.BytesIO gzip.open bz2.open io.open codecs.open",
    figure="matplotlib.pyplot.figure matplotlib.pyplot.gcf plotly.graph_objects.Figure plotly.graph_objs.Figure",
    axes="matplotlib.pyplot.gca matplotlib.pyplot.subplot matplotlib.pyplot.axes matplotlib.pyplot.subplot2grid",
    tensor="""torch.tensor torch.Tensor torch.FloatTensor torch.LongTensor torch.from_numpy torch.zeros torch.ones torch.randn torch.rand
        torch.arange torch.linspace torch.cat torch.stack torch.eye torch.full torch.empty torch.randint torch.zeros_like torch.ones_like
        tensorflow.constant tensorflow.Variable tensorflow.zeros tensorflow.ones tensorflow.convert_to_tensor tensorflow.concat
        tensorflow.stack tensorflow.random.normal tensorflow.random.uniform tensorflow.cast tensorflow.reshape tensorflow.matmul
        jax.numpy.array jax.numpy.zeros jax.numpy.ones jax.numpy.asarray""",
    array="cv2.imread matplotlib.pyplot.imread matplotlib.image.imread skimage.io.imread imageio.imread scipy.misc.imread",
    frame="seaborn.load_dataset",
)

TRANSFORMER_MODULES: Final = (
    "preprocessing impute decomposition feature_selection feature_extraction compose random_projection manifold "
    "kernel_approximation cross_decomposition".split()
)
SPLITTERS: Final = frozenset(
    "KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit "
    "StratifiedShuffleSplit GroupShuffleSplit LeaveOneOut LeavePOut LeaveOneGroupOut LeavePGroupsOut TimeSeriesSplit PredefinedSplit".split()
)
MODEL_PACKAGES: Final = frozenset({"sklearn", "xgboost", "lightgbm", "catboost", "imblearn", "cuml"})

MODEL_METHODS: Final = _table(
    array="""fit_transform transform predict predict_proba predict_log_proba decision_function inverse_transform fit_predict
        get_feature_names_out get_support""",
    number="score",
    dict="get_params",
)
MODEL_ATTRIBUTES: Final = _table(
    array="""coef_ feature_importances_ labels_ cluster_centers_ mean_ scale_ var_ components_ explained_variance_ratio_
        explained_variance_ classes_ support_ ranking_ scores_ pvalues_ singular_values_""",
    estimator="best_estimator_ estimator_ base_estimator estimator",
    number="best_score_ inertia_ n_iter_ n_clusters",
    dict="best_params_ cv_results_ vocabulary_ named_steps",
)

SAME: Final = frozenset(
    """copy drop dropna fillna head tail sample sort_values sort_index rename replace astype round abs clip drop_duplicates shift diff
    pct_change cumsum cumprod cummax cummin ffill bfill pad backfill interpolate where mask isnull isna notnull notna add sub mul div
    truediv floordiv mod pow radd rsub rmul rdiv rank reindex set_axis infer_objects convert_dtypes truncate tz_localize
    tz_convert rename_axis nlargest nsmallest filter between_time at_time add_prefix add_suffix combine_first explode swaplevel
    droplevel transform asfreq reorder_levels sort gt lt ge le eq ne multiply divide subtract""".split()
)
"""Methods of frames and series that give another of their own kind."""

FRAME_METHODS: Final = _table(
    frame="""select_dtypes merge join append pivot pivot_table melt describe corr cov transpose applymap map set_index assign query isin
        mode reset_index to_crs nlargest nsmallest compare""",
    series="""sum mean median std var min max count nunique any all idxmin idxmax prod product sem skew kurt kurtosis memory_usage
        corrwith value_counts duplicated pop mad""",
    groupby="groupby resample",
    window="rolling expanding ewm",
    array="to_numpy as_matrix to_records",
    axes="plot hist boxplot",
    none="info",
    str="to_string to_html to_markdown to_latex",
    bool="equals",
)
FRAME_ATTRIBUTES: Final = _table(
    array="values",
    index="columns index",
    frame="T",
    series="dtypes",
    loc="loc",
    iloc="iloc",
    number="size ndim",
    bool="empty",
    unknown="""at iat ix style plot axes attrs flags sparse shape aggregate agg apply eval get insert iteritems items iterrows itertuples keys
        pipe quantile squeeze stack unstack to_csv to_dict to_excel to_feather to_gbq to_hdf to_json to_parquet to_pickle to_sql
        to_stata to_xml to_clipboard to_period to_timestamp to_xarray update xs lookup dot first last first_valid_index
        last_valid_index take get_value set_value combine align lookup from_dict from_records bool product crs geometry bounds
        total_bounds sjoin dissolve cx geom_type persist compute rdd schema sindex buffer to_file explore hvplot iplot
        ta dtype name""",
)
"""Attributes of a frame; a name that is neither here, nor in `SAME`, nor in `FRAME_METHODS` is a column."""

SERIES_METHODS: Final = _table(
    series="apply map between isin value_counts duplicated mode append to_timestamp to_period",
    frame="to_frame",
    number="sum mean median std var min max count nunique prod product sem skew kurt kurtosis corr cov autocorr mad argmax argmin",
    groupby="groupby resample",
    window="rolling expanding ewm",
    array="to_numpy unique as_matrix",
    list="tolist to_list",
    dict="to_dict",
    axes="plot hist",
    bool="any all equals",
    str="to_string",
)
SERIES_ATTRIBUTES: Final = _table(
    array="values array", index="index", series="T", number="size ndim", bool="empty is_unique hasnans",
    loc="loc", iloc="iloc", accessor="str dt cat",
)  # fmt: skip

GROUPED: Final = frozenset(
    """mean sum count min max median std var first last nunique prod head tail nth cumsum cumprod cummax cummin rank shift diff
    pct_change fillna ffill bfill quantile idxmin idxmax filter transform any all sem describe skew sample interpolate get_group mad
    asfreq""".split()
)
"""Methods of a group-by or a window that give a frame for a frame and a series for a series."""

ARRAY_METHODS: Final = _table(
    array="""reshape flatten ravel astype copy transpose dot squeeze clip round cumsum cumprod argsort repeat take swapaxes view
        conj byteswap""",
    list="tolist",
    number="item",
    bool="any all",
    array_or_number="sum mean std var min max prod argmax argmin ptp",
    none="sort fill resize",
)
ARRAY_ATTRIBUTES: Final = _table(array="T real imag flat", tuple="shape strides", number="size ndim nbytes itemsize")

STR_METHODS: Final = _table(
    str="""strip lstrip rstrip lower upper title capitalize replace format join zfill ljust rjust center casefold swapcase
        expandtabs translate removeprefix removesuffix format_map""",
    list="split rsplit splitlines",
    bool="startswith endswith isdigit isalpha isalnum islower isupper isspace isnumeric isdecimal",
    number="find rfind index rindex count",
)
OTHER_METHODS: Final = {
    "str": STR_METHODS,
    "list": _table(list="copy", number="index count", none="append extend sort reverse insert remove clear"),
    "dict": _table(dict="copy", none="update clear"),
    "set": _table(
        set="copy union intersection difference symmetric_difference", none="add update discard", bool="issubset"
    ),
    "file": _table(str="read readline getvalue", list="readlines", none="close flush"),
    "path": _table(
        path="joinpath with_suffix with_name absolute resolve expanduser relative_to with_stem",
        str="read_text as_posix",
        bool="exists is_file is_dir",
        file="open",
    ),
    "index": _table(
        index="drop difference union intersection sort_values unique append map insert astype droplevel rename",
        list="tolist to_list",
        array="to_numpy isin duplicated",
        series="to_series",
        frame="to_frame",
        number="get_loc nunique min max",
    ),
    "figure": _table(axes="add_subplot add_axes gca"),
    "axes": _table(axes="twinx twiny flatten ravel"),
    "tensor": _table(
        tensor="""view reshape to cuda cpu float long detach clone sum mean unsqueeze squeeze transpose permute t matmul mm half double
            int flatten contiguous exp log sqrt pow""",
        array="numpy",
        number="item",
        list="tolist",
    ),
    "number": _table(str="hex", bool="is_integer"),
}
OTHER_ATTRIBUTES: Final = {
    "path": _table(path="parent", str="name stem suffix", tuple="parts"),
    "index": _table(array="values", accessor="str", number="size", index="T"),
    "tensor": _table(tensor="T grad data", tuple="shape"),
}

ANNOTATIONS: Final = _table(
    frame="pandas.DataFrame pandas.core.frame.DataFrame geopandas.GeoDataFrame",
    series="pandas.Series",
    array="numpy.ndarray numpy.array numpy.typing.NDArray",
    list="list typing.List",
    dict="dict typing.Dict",
    set="set typing.Set",
    tuple="tuple typing.Tuple",
    str="str",
    number="int float",
    bool="bool",
    tensor="torch.Tensor tensorflow.Tensor",
    path="pathlib.Path",
)
"""What an annotation promises."""
