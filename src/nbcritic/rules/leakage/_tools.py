"""Which preprocessing learns from the rows that it is given, and which calls hold rows out."""

from __future__ import annotations

LEARNERS: dict[str, str] = {
    name: kind
    for kind, names in {
        "scaler": """StandardScaler MinMaxScaler RobustScaler MaxAbsScaler QuantileTransformer PowerTransformer
            YeoJohnsonTransformer BoxCoxTransformer""",
        "imputer": """SimpleImputer KNNImputer IterativeImputer Imputer MissForest MeanMedianImputer EndTailImputer
            RandomSampleImputer SoftImpute MICE""",
        "selector": """SelectKBest SelectPercentile SelectFromModel SelectFpr SelectFdr SelectFwe GenericUnivariateSelect RFE RFECV
            VarianceThreshold SequentialFeatureSelector BorutaPy""",
        "projection": """PCA KernelPCA IncrementalPCA SparsePCA MiniBatchSparsePCA TruncatedSVD FactorAnalysis FastICA NMF
            LatentDirichletAllocation LinearDiscriminantAnalysis Isomap LocallyLinearEmbedding UMAP Nystroem""",
        "vectoriser": "CountVectorizer TfidfVectorizer TfidfTransformer",
        "encoder": """TargetEncoder LeaveOneOutEncoder CatBoostEncoder JamesSteinEncoder MEstimateEncoder WOEEncoder MeanEncoder
            GLMMEncoder QuantileEncoder CountEncoder CountFrequencyEncoder DecisionTreeEncoder RareLabelEncoder""",
        "discretiser": "KBinsDiscretizer EqualFrequencyDiscretiser EqualWidthDiscretiser DecisionTreeDiscretiser",
    }.items()
    for name in names.split()
}
"""Transformers whose `fit` keeps something of the rows' values. Category codes, normalising by row, hashing and polynomials do not."""

NEUTRAL = frozenset(
    """OneHotEncoder OrdinalEncoder LabelEncoder LabelBinarizer MultiLabelBinarizer Normalizer Binarizer FunctionTransformer
    PolynomialFeatures HashingVectorizer FeatureHasher SplineTransformer DictVectorizer""".split()
)
CONTAINERS = frozenset(
    """Pipeline make_pipeline ColumnTransformer make_column_transformer FeatureUnion make_union DataFrameMapper
    ImbPipeline ColumnEnsembleTransformer""".split()
)
SEARCHES = frozenset("GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV".split())
SPLITTERS = frozenset(
    """KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit
    StratifiedShuffleSplit GroupShuffleSplit LeaveOneOut TimeSeriesSplit""".split()
)
CROSS_VALIDATIONS = frozenset(
    "cross_val_score cross_validate cross_val_predict permutation_test_score learning_curve".split()
)
FUNCTIONS = {
    "sklearn.preprocessing.scale": "scaler",
    "sklearn.preprocessing.minmax_scale": "scaler",
    "sklearn.preprocessing.maxabs_scale": "scaler",
    "sklearn.preprocessing.robust_scale": "scaler",
    "sklearn.preprocessing.quantile_transform": "scaler",
    "sklearn.preprocessing.power_transform": "scaler",
    "scipy.stats.zscore": "scaler",
}
"""Functions that fit and transform in one."""

STATISTICS = frozenset("mean median std var quantile min max nanmean nanmedian nanstd percentile average".split())
MEANS = frozenset({"mean", "median", "std"})
AGGREGATES = STATISTICS | frozenset("agg aggregate sum count size nunique first last apply".split())
NOT_DATA = frozenset(
    """arange predict predict_proba predict_log_proba decision_function score evaluate print display len isinstance type str
    int float bool range info describe value_counts nunique isnull isna notnull notna plot hist show to_csv to_excel to_pickle
    to_parquet save savefig dump corr format summary compile keys get_feature_names get_feature_names_out
    get_params confusion_matrix classification_report accuracy_score mean_squared_error r2_score equals""".split()
)
"""Calls whose result carries no rows (or none that a later split would hold out)."""
NOT_ROWS = frozenset(
    "shape columns index dtypes dtype size ndim empty name names nunique vocabulary_ classes_ coef_".split()
)
SOURCES = ("read_", "load", "fetch_", "make_", "open", "query", "get_data", "download", "generate")
"""How the names of calls begin that bring new rows, whatever they are given."""
