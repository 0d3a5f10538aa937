"""What current releases of the data libraries no longer have: the table behind `removed-api`.

Each row says what was there, the first release without it, and what to write instead; the releases are those of the libraries' own
changelogs. A row names

- a function, class or module by its full name: `pandas.Panel`;
- a method or attribute by the kind of its object: `frame.append` (the kinds of `Values`; `text` and `dates` for pandas' accessors `.str`
  and `.dt`, `model` for one of Keras);
- a parameter: `pandas.read_csv(squeeze=)`, or one value of it: `KMeans(algorithm="full")`; `*` stands for any letters;
- a parameter of a method, by the class that made the object: `lightgbm.LGBMClassifier.fit(verbose=)`;
- more arguments without a keyword than are taken: `frame.drop(_, _)`.

Several may share a row (separated by commas outside of brackets): they are one finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from nbcritic.analysis.pattern import regex

What: TypeAlias = Literal["name", "parameter", "positions"]


@dataclass(frozen=True, slots=True)
class Change:
    """One row: `gone` says removed (else deprecated), `release` the first release without it (that deprecates it)."""

    library: str
    release: tuple[int, ...]
    instead: str
    gone: bool

    @property
    def version(self) -> str:
        """The release as it is written."""
        return ".".join(map(str, self.release))


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling that a row is about."""

    old: str
    """The full name, or kind and method."""
    what: What
    change: Change
    parameter: str = ""
    value: str | None = None
    """A pattern of the value's text; None for any value."""
    positions: int = 0
    """So many arguments without a keyword are too many."""


_PANDAS = """
0.20 | frame.sort, series.sort, series.order | `sort_values`
0.20 | frame.irow, frame.icol, series.iget | `iloc`
0.23 | pandas.rolling_mean, pandas.rolling_std, pandas.rolling_sum, pandas.rolling_apply, pandas.rolling_corr, pandas.rolling_var, pandas.rolling_max, pandas.rolling_min, pandas.rolling_median, pandas.rolling_count | `.rolling(…)` and its methods
0.23 | pandas.ewma, pandas.ewmstd, pandas.ewmvar | `.ewm(…)` and its methods
0.23 | pandas.expanding_mean, pandas.expanding_sum | `.expanding()` and its methods
0.23 | pandas.scatter_matrix, pandas.tools.plotting | `pandas.plotting`
0.19 | pandas.io.data, pandas.io.wb | the package `pandas-datareader`
0.20 | pandas.ols | `statsmodels`
1.0 | frame.ix, series.ix | `loc` or `iloc`
1.0 | frame.as_matrix, series.as_matrix, frame.get_values, series.get_values | `to_numpy()`
1.0 | frame.get_value, frame.set_value, series.get_value, series.set_value | `at` or `iat`
1.0 | frame.convert_objects, series.convert_objects | `pd.to_numeric` or `pd.to_datetime`
1.0 | frame.from_csv, series.from_csv, pandas.DataFrame.from_csv, pandas.Series.from_csv | `pd.read_csv`
1.0 | pandas.DataFrame.from_items | `pd.DataFrame.from_dict`
1.0 | frame.ftypes, series.ftypes, frame.get_dtype_counts | `dtypes`
1.0 | frame.clip_upper, frame.clip_lower, series.clip_upper, series.clip_lower | `clip(upper=…)` or `clip(lower=…)`
1.0 | frame.to_sparse, frame.to_dense, series.to_dense, pandas.SparseDataFrame, pandas.SparseSeries | frames with sparse columns
1.0 | series.nonzero | `to_numpy().nonzero()`
1.0 | series.compress, series.valid, series.ptp, series.compound, series.asobject | NumPy's function of that name, or `dropna()`
1.0 | dates.weekday_name | `dt.day_name()`
1.0 | pandas.Panel, pandas.Panel4D, pandas.WidePanel, pandas.TimeSeries, pandas.TimeGrouper | a frame with a MultiIndex, `pd.Series`, `pd.Grouper`
1.0 | frame.reindex_axis, series.reindex_axis, frame.to_panel | `reindex(…, axis=…)`
1.0 | pandas.read_excel(sheetname=) | `sheet_name=`
1.0 | pandas.read_excel(parse_cols=) | `usecols=`
1.0 | pandas.read_excel(skip_footer=), pandas.read_csv(skip_footer=) | `skipfooter=`
1.0 | pandas.concat(join_axes=) | `.reindex(…)` of the result
1.0 | pandas.to_datetime(box=), pandas.to_datetime(coerce=) | `errors="coerce"`, `.to_numpy()`
1.0 | frame.resample(how=), series.resample(how=), frame.resample(fill_method=), series.resample(fill_method=) | a method of the result: `.resample(…).mean()`
1.0 | frame.drop_duplicates(cols=), frame.drop_duplicates(take_last=), frame.pivot_table(rows=), frame.pivot_table(cols=), pandas.crosstab(rows=), pandas.crosstab(cols=) | `subset=`, `keep=`, `index=`, `columns=`
1.0 | pandas.lib, pandas.tslib, pandas.core.datetools, pandas.datetools, pandas.stats, pandas.tseries.tools, pandas.formats, pandas.computation | the public names of `pandas`
2.0 | frame.append, series.append | `pd.concat([…])`
2.0 | frame.iteritems, series.iteritems | `items()`
2.0 | frame.mad, series.mad | `(x - x.mean()).abs().mean()`
2.0 | frame.lookup | `df.to_numpy()[rows, columns]` with positions
2.0 | frame.slice_shift, frame.tshift, series.tshift | `shift(freq=…)`
2.0 | dates.week, dates.weekofyear, index.week, index.weekofyear | `dt.isocalendar().week`
2.0 | series.is_monotonic, index.is_monotonic | `is_monotonic_increasing`
2.0 | pandas.np | `import numpy as np`
2.0 | pandas.datetime | `from datetime import datetime`
2.0 | pandas.Int64Index, pandas.Float64Index, pandas.UInt64Index | `pd.Index(…, dtype=…)`
2.0 | pandas.util.testing | `pandas.testing`
2.0 | pandas.io.json.json_normalize | `pd.json_normalize`
2.0 | pandas.core.index | `pd.Index` and `pd.MultiIndex`
2.0 | pandas.read_csv(error_bad_lines=), pandas.read_csv(warn_bad_lines=), pandas.read_table(error_bad_lines=), pandas.read_table(warn_bad_lines=) | `on_bad_lines=`
2.0 | pandas.read_csv(squeeze=), pandas.read_excel(squeeze=), pandas.read_table(squeeze=) | `.squeeze("columns")`
2.0 | pandas.read_csv(mangle_dupe_cols=), pandas.read_csv(prefix=) | names given to the columns
2.0 | frame.to_csv(line_terminator=), series.to_csv(line_terminator=) | `lineterminator=`
2.0 | frame.to_excel(encoding=), series.to_excel(encoding=) | nothing: Excel files have one encoding
2.0 | frame.describe(datetime_is_numeric=), series.describe(datetime_is_numeric=) | nothing: it is always so
2.0 | frame.resample(base=), series.resample(base=), frame.resample(loffset=), series.resample(loffset=) | `offset=` or `origin=`
2.0 | frame.sum(level=), frame.mean(level=), frame.max(level=), frame.min(level=), frame.count(level=), series.sum(level=), series.mean(level=), series.max(level=), series.min(level=) | `.groupby(level=…)`
2.0 | frame.set_axis(inplace=), series.set_axis(inplace=) | `df = df.set_axis(…)`
2.0 | frame.info(null_counts=) | `show_counts=`
2.0 | pandas.date_range(closed=) | `inclusive=`
2.0 | frame.groupby(squeeze=), series.groupby(squeeze=) | `.squeeze()` of the result
2.0 | frame.drop(_, _), series.drop(_, _) | `drop(columns=…)` or `drop(index=…)`
2.0 | frame.pivot(_, _) | `pivot(index=…, columns=…, values=…)`
2.0 | pandas.concat(_, _) | `pd.concat(…, axis=…)`
2.0 | frame.dropna(_), series.dropna(_), frame.any(_), frame.all(_) | the keyword `axis=`
2.0 | pandas.read_csv(_, _), pandas.read_table(_, _) | the keyword `sep=`
2.0 | frame.sort_values(_, _), series.sort_values(_) | the keywords `axis=` and `ascending=`
2.0 | frame.fillna(_, _), series.fillna(_, _) | keywords
2.0 | frame.set_index(_, _), frame.reset_index(_, _), frame.drop_duplicates(_, _), frame.set_axis(_, _) | keywords
2.0 | text.split(_, _), text.rsplit(_, _) | the keywords `n=` and `expand=`
2.0 | pandas.set_option("display.max_colwidth", -1), pandas.set_option("max_colwidth", -1) | `None` in place of `-1`
3.0 | frame.applymap | `map`
3.0 | frame.fillna(method=), series.fillna(method=) | `ffill()` or `bfill()`
3.0 | frame.pad, frame.backfill, series.pad, series.backfill | `ffill()` or `bfill()`
3.0 | frame.swapaxes | `transpose()`
3.0 | frame.first, frame.last | `loc[…]` with dates
3.0 | series.ravel, series.view | `to_numpy().ravel()` or `astype(…)`
3.0 | frame.bool, series.bool | `.item()`
3.0 | frame.to_gbq, pandas.read_gbq | the package `pandas-gbq`
3.0 | pandas.value_counts | the method `value_counts()`
3.0 | pandas.read_csv(delim_whitespace=), pandas.read_table(delim_whitespace=) | `sep=r"\\s+"`
3.0 | pandas.read_csv(date_parser=), pandas.read_excel(date_parser=) | `date_format=`
3.0 | pandas.read_csv(infer_datetime_format=), pandas.to_datetime(infer_datetime_format=), pandas.read_csv(keep_date_col=), pandas.read_csv(verbose=) | nothing: it had no effect
3.0 | frame.groupby(axis=), frame.resample(axis=), frame.rolling(axis=), series.rolling(axis=) | `df.T`
3.0 | frame.replace(method=), series.replace(method=) | `ffill()` or `bfill()`
3.0 | frame.to_csv(_, _), series.to_csv(_, _) | the keyword `sep=`
3.0 | pandas.to_datetime(errors="ignore"), pandas.to_numeric(errors="ignore") | `errors="coerce"`, or catch the exception
3.0 | frame.resample("M"), series.resample("M"), pandas.date_range(freq="M"), pandas.Grouper(freq="M") | the alias `ME`
3.0 | frame.resample("Q"), series.resample("Q"), pandas.date_range(freq="Q"), pandas.Grouper(freq="Q") | the alias `QE`
3.0 | frame.resample("[AY]"), series.resample("[AY]"), pandas.date_range(freq="[AY]"), pandas.Grouper(freq="[AY]") | the alias `YE`
3.0 | frame.resample("H"), series.resample("H"), pandas.date_range(freq="H"), pandas.Grouper(freq="H") | the alias `h`
3.0 | frame.resample("T"), series.resample("T"), pandas.date_range(freq="T"), pandas.Grouper(freq="T") | the alias `min`
3.0 | frame.resample("S"), series.resample("S"), pandas.date_range(freq="S"), pandas.Grouper(freq="S") | the alias `s`
"""

_NUMPY = """
1.18 | numpy.rank | `np.ndim`
1.20 | numpy.fv, numpy.pv, numpy.npv, numpy.irr, numpy.pmt, numpy.ppmt, numpy.ipmt, numpy.nper, numpy.rate, numpy.mirr | the package `numpy-financial`
1.23 | numpy.asscalar | `.item()`
1.24 | numpy.float, numpy.int, numpy.object, numpy.str, numpy.complex | Python's own `float`, `int`, `object`, `str`, `complex`
1.24 | numpy.histogram(normed=), numpy.histogram2d(normed=) | `density=`
2.0 | numpy.float_, numpy.complex_, numpy.unicode_, numpy.string_, numpy.bool8, numpy.int0, numpy.object0 | `np.float64`, `np.complex128`, `np.str_`, `np.bytes_`, `np.bool_`
2.0 | numpy.NaN, numpy.NAN | `np.nan`
2.0 | numpy.Inf, numpy.Infinity, numpy.infty, numpy.PINF, numpy.NINF | `np.inf`
2.0 | numpy.product, numpy.cumproduct | `np.prod`, `np.cumprod`
2.0 | numpy.alltrue, numpy.sometrue | `np.all`, `np.any`
2.0 | numpy.round_ | `np.round`
2.0 | numpy.mat | `np.asmatrix`, or better `np.array`
2.0 | numpy.msort | `np.sort(…, axis=0)`
2.0 | numpy.asfarray | `np.asarray(…, dtype=float)`
2.0 | numpy.find_common_type | `np.result_type`
2.0 | numpy.recfromcsv, numpy.recfromtxt | `np.genfromtxt`
2.0 | numpy.cast, numpy.sctypes, numpy.issctype, numpy.issubsctype, numpy.obj2sctype, numpy.maximum_sctype | `np.asarray(…, dtype=…)`, `np.issubdtype`
2.0 | numpy.lookfor, numpy.who, numpy.source | `help(…)`
2.0 | numpy.ComplexWarning, numpy.VisibleDeprecationWarning, numpy.RankWarning, numpy.AxisError | `np.exceptions`
2.0 | array.ptp | `np.ptp(…)`
2.0 | array.itemset | an assignment: `a[i] = …`
2.0 | array.newbyteorder | `a.view(a.dtype.newbyteorder(…))`
2.0 | numpy.set_string_function | `np.set_printoptions`
2.3 | array.tostring | `tobytes()`
2.4 | numpy.in1d | `np.isin`
2.4 | numpy.trapz | `np.trapezoid`
2.4 | numpy.percentile(interpolation=), numpy.quantile(interpolation=), numpy.nanpercentile(interpolation=), numpy.nanquantile(interpolation=) | `method=`
2.4 | numpy.linalg.linalg | `np.linalg`
2.4 | numpy.disp | `print`
2.0- | numpy.row_stack | `np.vstack`
"""

_SKLEARN = """
0.19 | sklearn.lda, sklearn.qda | `sklearn.discriminant_analysis`
0.20 | sklearn.cross_validation, sklearn.grid_search, sklearn.learning_curve | `sklearn.model_selection`
0.20 | sklearn.mixture.GMM, sklearn.mixture.DPGMM, sklearn.mixture.VBGMM | `GaussianMixture`, `BayesianGaussianMixture`
0.20 | sklearn.decomposition.RandomizedPCA | `PCA(svd_solver="randomized")`
0.20 | sklearn.gaussian_process.GaussianProcess | `GaussianProcessRegressor`
0.21 | sklearn.linear_model.RandomizedLasso, sklearn.linear_model.RandomizedLogisticRegression | the package `stability-selection`
0.21 | sklearn.decomposition.LatentDirichletAllocation(n_topics=) | `n_components=`
0.21 | sklearn.linear_model.SGDClassifier(n_iter=), sklearn.linear_model.SGDRegressor(n_iter=), sklearn.linear_model.Perceptron(n_iter=) | `max_iter=`
0.22 | sklearn.preprocessing.Imputer | `sklearn.impute.SimpleImputer`
0.22 | sklearn.preprocessing.CategoricalEncoder | `OneHotEncoder` or `OrdinalEncoder`
0.22 | sklearn.preprocessing.OneHotEncoder(categorical_features=), sklearn.preprocessing.OneHotEncoder(n_values=) | `ColumnTransformer`, `categories=`
0.22 | sklearn.datasets.fetch_mldata | `fetch_openml`
0.22 | sklearn.covariance.GraphLasso, sklearn.covariance.GraphLassoCV | `GraphicalLasso`, `GraphicalLassoCV`
0.23 | sklearn.externals.joblib | `import joblib`
0.23 | sklearn.externals.six | the package `six`
0.23 | sklearn.metrics.jaccard_similarity_score | `jaccard_score`
0.23 | sklearn.metrics.calinski_harabaz_score | `calinski_harabasz_score`
0.23 | sklearn.utils.linear_assignment_ | `scipy.optimize.linear_sum_assignment`
0.24 | sklearn.datasets.samples_generator, sklearn.datasets.base | `sklearn.datasets`
0.24 | sklearn.metrics.scorer, sklearn.metrics.classification, sklearn.metrics.ranking, sklearn.metrics.regression | `sklearn.metrics`
0.24 | sklearn.ensemble.forest, sklearn.ensemble.gradient_boosting, sklearn.ensemble.bagging, sklearn.ensemble.weight_boosting, sklearn.ensemble.iforest | `sklearn.ensemble`
0.24 | sklearn.ensemble.partial_dependence | `sklearn.inspection`
0.24 | sklearn.linear_model.base, sklearn.linear_model.logistic, sklearn.linear_model.stochastic_gradient, sklearn.linear_model.ridge, sklearn.linear_model.coordinate_descent | `sklearn.linear_model`
0.24 | sklearn.preprocessing.data, sklearn.preprocessing.label, sklearn.preprocessing.imputation | `sklearn.preprocessing`
0.24 | sklearn.tree.tree, sklearn.svm.classes, sklearn.decomposition.pca, sklearn.decomposition.nmf, sklearn.manifold.t_sne, sklearn.cluster.k_means_, sklearn.cluster.bicluster, sklearn.cluster.hierarchical, sklearn.neighbors.base, sklearn.neighbors.classification, sklearn.neural_network.multilayer_perceptron, sklearn.mixture.gaussian_mixture | the public module, one level up
0.24 | sklearn.feature_selection.base, sklearn.feature_selection.univariate_selection | `sklearn.feature_selection`
0.24 | sklearn.feature_extraction.stop_words | `sklearn.feature_extraction.text.ENGLISH_STOP_WORDS`
0.24 | sklearn.utils.testing | `numpy.testing`, `pytest`
0.24 | sklearn.utils.safe_indexing | `sklearn.utils._safe_indexing`, or index yourself
0.24 | sklearn.model_selection.GridSearchCV(iid=), sklearn.model_selection.RandomizedSearchCV(iid=) | nothing: folds weigh the same
0.24 | sklearn.ensemble.IsolationForest(behaviour=) | nothing: the new behaviour is the only one
0.24 | sklearn.tree.DecisionTreeClassifier(presort=), sklearn.tree.DecisionTreeRegressor(presort=), sklearn.ensemble.GradientBoostingClassifier(presort=), sklearn.ensemble.GradientBoostingRegressor(presort=) | nothing: it had no effect
1.0 | sklearn.tree.DecisionTreeClassifier(min_impurity_split=), sklearn.tree.DecisionTreeRegressor(min_impurity_split=), sklearn.ensemble.RandomForestClassifier(min_impurity_split=), sklearn.ensemble.RandomForestRegressor(min_impurity_split=), sklearn.ensemble.ExtraTreesClassifier(min_impurity_split=), sklearn.ensemble.GradientBoostingClassifier(min_impurity_split=), sklearn.ensemble.GradientBoostingRegressor(min_impurity_split=) | `min_impurity_decrease=`
1.0 | sklearn.cluster.KMeans(n_jobs=), sklearn.cluster.KMeans(precompute_distances=) | nothing: all cores are used
1.0 | sklearn.metrics.confusion_matrix(_, _, _), sklearn.model_selection.cross_val_score(_, _, _, _), sklearn.model_selection.cross_validate(_, _, _, _), sklearn.model_selection.cross_val_predict(_, _, _, _), sklearn.model_selection.GridSearchCV(_, _, _), sklearn.model_selection.RandomizedSearchCV(_, _, _) | keywords
1.2 | sklearn.datasets.load_boston | `fetch_california_housing`
1.2 | sklearn.metrics.plot_confusion_matrix | `ConfusionMatrixDisplay.from_estimator`
1.2 | sklearn.metrics.plot_roc_curve | `RocCurveDisplay.from_estimator`
1.2 | sklearn.metrics.plot_precision_recall_curve | `PrecisionRecallDisplay.from_estimator`
1.2 | sklearn.inspection.plot_partial_dependence | `PartialDependenceDisplay.from_estimator`
1.2 | transformer.get_feature_names | `get_feature_names_out`
1.2 | sklearn.linear_model.LinearRegression(normalize=), sklearn.linear_model.Ridge(normalize=), sklearn.linear_model.RidgeCV(normalize=), sklearn.linear_model.Lasso(normalize=), sklearn.linear_model.LassoCV(normalize=), sklearn.linear_model.ElasticNet(normalize=), sklearn.linear_model.ElasticNetCV(normalize=) | a pipeline with `StandardScaler`
1.2 | sklearn.tree.DecisionTreeRegressor(criterion="mse"), sklearn.ensemble.RandomForestRegressor(criterion="mse"), sklearn.ensemble.ExtraTreesRegressor(criterion="mse") | `criterion="squared_error"`
1.2 | sklearn.tree.DecisionTreeRegressor(criterion="mae"), sklearn.ensemble.RandomForestRegressor(criterion="mae"), sklearn.ensemble.ExtraTreesRegressor(criterion="mae") | `criterion="absolute_error"`
1.2 | sklearn.ensemble.GradientBoostingRegressor(loss="ls"), sklearn.ensemble.GradientBoostingRegressor(loss="lad"), sklearn.linear_model.SGDRegressor(loss="squared_loss"), sklearn.linear_model.SGDClassifier(loss="squared_loss") | `loss="squared_error"`, `loss="absolute_error"`
1.2 | sklearn.decomposition.NMF(alpha=) | `alpha_W=` and `alpha_H=`
1.3 | sklearn.ensemble.GradientBoostingClassifier(loss="deviance"), sklearn.linear_model.SGDClassifier(loss="log") | `loss="log_loss"`
1.3 | sklearn.ensemble.RandomForestClassifier(max_features="auto"), sklearn.ensemble.RandomForestRegressor(max_features="auto"), sklearn.ensemble.ExtraTreesClassifier(max_features="auto"), sklearn.ensemble.ExtraTreesRegressor(max_features="auto"), sklearn.tree.DecisionTreeClassifier(max_features="auto"), sklearn.tree.DecisionTreeRegressor(max_features="auto") | `max_features="sqrt"` (classifiers), `max_features=1.0` (regressors)
1.3 | sklearn.cluster.KMeans(algorithm="auto"), sklearn.cluster.KMeans(algorithm="full") | `algorithm="lloyd"`
1.3 | sklearn.metrics.SCORERS | `get_scorer_names()`
1.3 | sklearn.neighbors.DistanceMetric | `sklearn.metrics.DistanceMetric`
1.3 | sklearn.calibration.calibration_curve(normalize=) | probabilities from 0 to 1
1.4 | sklearn.preprocessing.OneHotEncoder(sparse=) | `sparse_output=`
1.4 | sklearn.ensemble.AdaBoostClassifier(base_estimator=), sklearn.ensemble.AdaBoostRegressor(base_estimator=), sklearn.ensemble.BaggingClassifier(base_estimator=), sklearn.ensemble.BaggingRegressor(base_estimator=), sklearn.calibration.CalibratedClassifierCV(base_estimator=), sklearn.linear_model.RANSACRegressor(base_estimator=) | `estimator=`
1.4 | sklearn.cluster.AgglomerativeClustering(affinity=), sklearn.cluster.FeatureAgglomeration(affinity=) | `metric=`
1.4 | sklearn.linear_model.LogisticRegression(penalty="none") | `penalty=None`
1.5 | sklearn.metrics.log_loss(eps=) | probabilities that you clip yourself
1.6 | sklearn.metrics.mean_squared_error(squared=), sklearn.metrics.mean_squared_log_error(squared=) | `root_mean_squared_error`, `root_mean_squared_log_error`
1.6 | sklearn.model_selection.cross_val_score(fit_params=), sklearn.model_selection.cross_validate(fit_params=), sklearn.model_selection.cross_val_predict(fit_params=) | `params=`
1.7 | sklearn.manifold.TSNE(n_iter=) | `max_iter=`
1.7 | sklearn.metrics.brier_score_loss(y_prob=) | `y_proba=`
1.7 | sklearn.linear_model.RidgeCV(store_cv_values=) | `store_cv_results=`
1.8 | sklearn.ensemble.AdaBoostClassifier(algorithm=) | nothing: `SAMME` is the only one
1.8 | sklearn.linear_model.LogisticRegression(multi_class=) | nothing, or `OneVsRestClassifier`
1.8 | sklearn.utils.check_array(force_all_finite=) | `ensure_all_finite=`
1.8- | sklearn.linear_model.PassiveAggressiveClassifier, sklearn.linear_model.PassiveAggressiveRegressor | `SGDClassifier`, `SGDRegressor`
"""

_SCIPY = """
0.18 | scipy.stats.nanmean, scipy.stats.nanmedian, scipy.stats.nanstd | NumPy's functions of that name
0.19 | scipy.weave | `numba` or Cython
1.0 | scipy.stats.chisqprob, scipy.stats.betai, scipy.stats.threshold, scipy.stats.signaltonoise, scipy.stats.f_value | `scipy.stats.chi2.sf`, `np.clip`, …
1.3 | scipy.misc.imread, scipy.misc.imsave, scipy.ndimage.imread | `imageio`
1.3 | scipy.misc.imresize, scipy.misc.imrotate, scipy.misc.toimage, scipy.misc.imshow, scipy.misc.bytescale | `PIL.Image`, `skimage.transform`
1.3 | scipy.misc.comb, scipy.misc.factorial, scipy.misc.logsumexp | `scipy.special`
1.3 | scipy.interpolate.spline | `make_interp_spline`
1.9 | scipy.stats.itemfreq | `np.unique(…, return_counts=True)`
1.9 | scipy.stats.median_absolute_deviation | `median_abs_deviation`
1.9 | scipy.linalg.pinv2 | `scipy.linalg.pinv`
1.8 | scipy.spatial.distance.wminkowski | `minkowski(…, w=…)`
1.12 | scipy.stats.binom_test | `binomtest`
1.13 | scipy.signal.hann, scipy.signal.hamming, scipy.signal.hanning, scipy.signal.blackman, scipy.signal.gaussian, scipy.signal.kaiser, scipy.signal.tukey, scipy.signal.triang, scipy.signal.boxcar, scipy.signal.bartlett | `scipy.signal.windows`
1.13 | scipy.linalg.triu, scipy.linalg.tril | NumPy's functions of that name
1.14 | scipy.integrate.simps, scipy.integrate.cumtrapz, scipy.integrate.trapz | `simpson`, `cumulative_trapezoid`, `trapezoid`
1.14 | scipy.interpolate.interp2d | `RegularGridInterpolator` or `RectBivariateSpline`
1.14 | scipy.sparse.linalg.cg(tol=), scipy.sparse.linalg.gmres(tol=), scipy.sparse.linalg.bicgstab(tol=) | `rtol=`
1.14 | scipy.signal.firwin(nyq=) | `fs=`
1.15 | scipy.misc.derivative, scipy.misc.face, scipy.misc.ascent, scipy.misc.electrocardiogram | `scipy.differentiate`, `scipy.datasets`
1.15 | scipy.integrate.quadrature, scipy.integrate.romberg | `scipy.integrate.quad`
1.15 | scipy.signal.cwt, scipy.signal.ricker, scipy.signal.morlet, scipy.signal.morlet2, scipy.signal.daub, scipy.signal.qmf, scipy.signal.cascade | the package `PyWavelets`
1.17 | scipy.special.sph_harm | `sph_harm_y`
1.17 | scipy.special.lpmn, scipy.special.lpn, scipy.special.clpmn | `assoc_legendre_p_all`, `legendre_p_all`
"""

_MATPLOTLIB = """
2.2 | matplotlib.finance | the package `mplfinance`
2.2 | matplotlib.pyplot.subplot(axisbg=), matplotlib.pyplot.axes(axisbg=), axes.set_axis_bgcolor | `facecolor`
3.0 | matplotlib.pyplot.hold, matplotlib.pyplot.ishold, axes.hold | nothing: every plot is added
3.1 | matplotlib.pyplot.hist(normed=), axes.hist(normed=) | `density=`
3.1 | matplotlib.mlab.normpdf, matplotlib.mlab.griddata, matplotlib.mlab.csv2rec, matplotlib.mlab.rec2csv, matplotlib.mlab.movavg, matplotlib.mlab.PCA, matplotlib.mlab.find, matplotlib.mlab.prctile, matplotlib.mlab.bivariate_normal | SciPy's, pandas' and NumPy's functions
3.1 | axes.set_color_cycle | `set_prop_cycle`
3.6 | matplotlib.pyplot.grid(b=), axes.grid(b=) | `visible=`
3.7 | matplotlib.pyplot.gca(projection=), figure.gca(projection=) | `plt.axes(projection=…)` or `add_subplot(projection=…)`
3.8 | matplotlib.pyplot.stem(use_line_collection=), axes.stem(use_line_collection=) | nothing: it is always so
3.8 | axes.w_xaxis, axes.w_yaxis, axes.w_zaxis | `ax.xaxis`, `ax.yaxis`, `ax.zaxis`
3.8 | matplotlib.pyplot.style.use("seaborn"), matplotlib.pyplot.style.use("seaborn-[!v]*"), matplotlib.style.use("seaborn"), matplotlib.style.use("seaborn-[!v]*"), matplotlib.pyplot.style.context("seaborn"), matplotlib.pyplot.style.context("seaborn-[!v]*") | `seaborn-v0_8…`, or `seaborn.set_theme()`
3.9 | matplotlib.cm.get_cmap, matplotlib.pyplot.cm.get_cmap | `matplotlib.colormaps[…]` or `plt.get_cmap`
3.9 | matplotlib.cm.register_cmap, matplotlib.pyplot.register_cmap | `matplotlib.colormaps.register`
3.11 | matplotlib.pyplot.plot_date, axes.plot_date | `plot`
3.11 | matplotlib.pyplot.boxplot(labels=), axes.boxplot(labels=) | `tick_labels=`
"""

_SEABORN = """
0.9 | seaborn.interactplot, seaborn.coefplot | `statsmodels`
0.10 | seaborn.tsplot, seaborn.timeseries | `lineplot`
0.10 | seaborn.apionly, seaborn.linearmodels | `import seaborn`
0.11 | seaborn.lvplot | `boxenplot`
0.12 | seaborn.factorplot | `catplot`
0.12 | seaborn.scatterplot(_, _), seaborn.lineplot(_, _), seaborn.relplot(_, _), seaborn.catplot(_, _), seaborn.boxplot(_, _), seaborn.violinplot(_, _), seaborn.boxenplot(_, _), seaborn.stripplot(_, _), seaborn.swarmplot(_, _), seaborn.barplot(_, _), seaborn.pointplot(_, _), seaborn.countplot(_, _), seaborn.lmplot(_, _), seaborn.regplot(_, _), seaborn.residplot(_, _), seaborn.jointplot(_, _), seaborn.kdeplot(_, _), seaborn.pairplot(_, _) | the keywords `x=`, `y=` and `data=`
0.11- | seaborn.distplot | `histplot` or `displot`
"""

_STATSMODELS = """
0.13 | statsmodels.tsa.arima_model, statsmodels.api.tsa.ARMA, statsmodels.tsa.api.ARMA | `statsmodels.tsa.arima.model.ARIMA`
"""

_TENSORFLOW = """
2.0 | tensorflow.Session, tensorflow.InteractiveSession, tensorflow.placeholder, tensorflow.global_variables_initializer, tensorflow.initialize_all_variables, tensorflow.get_variable, tensorflow.variable_scope, tensorflow.reset_default_graph, tensorflow.get_default_graph, tensorflow.ConfigProto, tensorflow.GPUOptions, tensorflow.set_random_seed, tensorflow.random_normal, tensorflow.random_uniform, tensorflow.truncated_normal, tensorflow.log, tensorflow.mul, tensorflow.sub, tensorflow.neg, tensorflow.pack, tensorflow.to_float, tensorflow.to_int32, tensorflow.to_int64, tensorflow.matrix_inverse, tensorflow.layers, tensorflow.app, tensorflow.flags, tensorflow.gfile, tensorflow.logging, tensorflow.summary.FileWriter, tensorflow.summary.merge_all, tensorflow.nn.rnn_cell, tensorflow.nn.dynamic_rnn, tensorflow.nn.static_rnn, tensorflow.nn.softmax_cross_entropy_with_logits_v2, tensorflow.train.AdamOptimizer, tensorflow.train.GradientDescentOptimizer, tensorflow.train.RMSPropOptimizer, tensorflow.train.MomentumOptimizer, tensorflow.train.AdagradOptimizer, tensorflow.train.Saver, tensorflow.losses.softmax_cross_entropy, tensorflow.scalar_summary, tensorflow.histogram_summary | `tf.compat.v1`, or the Keras of TensorFlow 2
2.0 | tensorflow.contrib | the packages that its parts became
2.0 | tensorflow.examples | `tf.keras.datasets` or `tensorflow_datasets`
2.13 | tensorflow.keras.wrappers | the package `scikeras`
2.16 | tensorflow.estimator | Keras
"""

_KERAS = """
2.0 | model.fit(nb_epoch=), model.fit_generator(nb_epoch=) | `epochs=`
2.6 | model.predict_classes | `model.predict(…).argmax(axis=-1)`, or `> 0.5`
3.0 | model.fit_generator, model.evaluate_generator, model.predict_generator | `fit`, `evaluate`, `predict`
2.13 | keras.wrappers | the package `scikeras`
3.0 | keras.utils.np_utils | `keras.utils`
3.0 | keras.layers.core, keras.layers.convolutional, keras.layers.recurrent, keras.layers.embeddings, keras.layers.normalization, keras.layers.advanced_activations, keras.layers.pooling, keras.layers.noise, keras.layers.wrappers, keras.layers.merge | `keras.layers`
3.0 | keras.layers.CuDNNLSTM, keras.layers.CuDNNGRU, tensorflow.keras.layers.CuDNNLSTM | `LSTM`, `GRU`
3.0 | keras.preprocessing.image.ImageDataGenerator | `keras.utils.image_dataset_from_directory` and preprocessing layers
3.0 | keras.preprocessing.text | `keras.layers.TextVectorization`
3.0 | keras.utils.vis_utils, keras.utils.training_utils, keras.engine | `keras.utils`, `keras`
3.0 | keras.optimizers.Adam(lr=), keras.optimizers.SGD(lr=), keras.optimizers.RMSprop(lr=), keras.optimizers.Adagrad(lr=), keras.optimizers.Adadelta(lr=), keras.optimizers.Adamax(lr=), keras.optimizers.Nadam(lr=), tensorflow.keras.optimizers.Adam(lr=), tensorflow.keras.optimizers.SGD(lr=), tensorflow.keras.optimizers.RMSprop(lr=), tensorflow.keras.optimizers.Adagrad(lr=), tensorflow.keras.optimizers.Adadelta(lr=), tensorflow.keras.optimizers.Adamax(lr=), tensorflow.keras.optimizers.Nadam(lr=) | `learning_rate=`
"""

_LIGHTGBM = """
4.0 | lightgbm.train(early_stopping_rounds=), lightgbm.cv(early_stopping_rounds=), lightgbm.LGBMClassifier.fit(early_stopping_rounds=), lightgbm.LGBMRegressor.fit(early_stopping_rounds=), lightgbm.LGBMRanker.fit(early_stopping_rounds=), lightgbm.LGBMModel.fit(early_stopping_rounds=) | `callbacks=[lgb.early_stopping(…)]`
4.0 | lightgbm.train(verbose_eval=), lightgbm.cv(verbose_eval=), lightgbm.LGBMClassifier.fit(verbose=), lightgbm.LGBMRegressor.fit(verbose=), lightgbm.LGBMRanker.fit(verbose=), lightgbm.LGBMModel.fit(verbose=) | `callbacks=[lgb.log_evaluation(…)]`
4.0 | lightgbm.train(evals_result=) | `callbacks=[lgb.record_evaluation(…)]`
4.0 | lightgbm.train(learning_rates=) | `callbacks=[lgb.reset_parameter(learning_rate=…)]`
"""

_XGBOOST = """
2.1 | xgboost.XGBClassifier.fit(early_stopping_rounds=), xgboost.XGBClassifier.fit(eval_metric=), xgboost.XGBClassifier.fit(callbacks=), xgboost.XGBRegressor.fit(early_stopping_rounds=), xgboost.XGBRegressor.fit(eval_metric=), xgboost.XGBRegressor.fit(callbacks=), xgboost.XGBRanker.fit(early_stopping_rounds=), xgboost.XGBRanker.fit(eval_metric=), xgboost.XGBRanker.fit(callbacks=) | the argument of that name of the class
"""

_LIBROSA = """
0.9 | librosa.display.waveplot | `librosa.display.waveshow`
"""

_SCANPY = """
1.8 | scanpy.api | `import scanpy as sc`
"""

_RPY2 = """
3.0 | rpy2.robjects.pandas2ri.ri2py, rpy2.robjects.pandas2ri.ri2py_dataframe, rpy2.robjects.pandas2ri.py2ri, rpy2.robjects.numpy2ri.ri2py, rpy2.robjects.numpy2ri.py2ri | `rpy2py`, `rpy2py_dataframe`, `py2rpy`
"""

_TABLES = {
    "pandas": _PANDAS, "NumPy": _NUMPY, "scikit-learn": _SKLEARN, "SciPy": _SCIPY, "Matplotlib": _MATPLOTLIB, "seaborn": _SEABORN,
    "statsmodels": _STATSMODELS, "TensorFlow": _TENSORFLOW, "Keras": _KERAS, "LightGBM": _LIGHTGBM, "XGBoost": _XGBOOST,
    "librosa": _LIBROSA, "scanpy": _SCANPY, "rpy2": _RPY2,
}  # fmt: skip
_OLD = regex(r"\s*([\w.]+)(?:\(([^)]*)\))?\s*,?")


@cache
def entries() -> dict[str, tuple[Entry, ...]]:
    """Every entry, by the name that it starts with."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for library, table in _TABLES.items():
        for row in table.strip().splitlines():
            release, olds, instead = row.split(" | ")
            gone = not release.endswith("-")
            change = Change(library, tuple(map(int, release.rstrip("-").split("."))), instead, gone)
            for entry in _row(olds, change):
                found[entry.old].append(entry)
    return {old: tuple(rows) for old, rows in found.items()}


def _row(olds: str, change: Change) -> Iterator[Entry]:
    for name, inside in _OLD.findall(olds):
        parameter, equals, value = inside.partition("=")
        if not inside:
            yield Entry(name, "name", change)
        elif set(inside) <= set("_, "):
            yield Entry(name, "positions", change, positions=inside.count("_"))
        elif equals:
            yield Entry(name, "parameter", change, parameter, value.strip('"') or None)
        else:
            yield Entry(name, "parameter", change, "", inside.replace('"', ""))
