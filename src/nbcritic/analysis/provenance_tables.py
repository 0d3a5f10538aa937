"""What calls do to rows, by their names: what learns from them, holds them out, copies them, or only passes them on."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from nbcritic.analysis.pattern import regex

LEARNERS: dict[str, str] = {
    name: kind
    for kind, names in {
        "scaler": """StandardScaler MinMaxScaler RobustScaler MaxAbsScaler QuantileTransformer PowerTransformer
            YeoJohnsonTransformer BoxCoxTransformer""",
        "imputer": """SimpleImputer KNNImputer IterativeImputer Imputer MissForest MeanMedianImputer EndTailImputer
            RandomSampleImputer SoftImpute MICE""",
        "selector": """SelectKBest SelectPercentile SelectFromModel SelectFpr SelectFdr SelectFwe GenericUnivariateSelect RFE RFECV
            SequentialFeatureSelector ExhaustiveFeatureSelector BorutaPy PermutationImportance""",
        "filter": "VarianceThreshold DropConstantFeatures DropCorrelatedFeatures",
        "projection": """PCA KernelPCA IncrementalPCA SparsePCA MiniBatchSparsePCA TruncatedSVD FactorAnalysis FastICA NMF
            LatentDirichletAllocation LinearDiscriminantAnalysis Isomap LocallyLinearEmbedding UMAP Nystroem""",
        "vectoriser": "CountVectorizer TfidfVectorizer TfidfTransformer",
        "encoder": """TargetEncoder LeaveOneOutEncoder CatBoostEncoder JamesSteinEncoder MEstimateEncoder WOEEncoder MeanEncoder
            GLMMEncoder QuantileEncoder CountEncoder CountFrequencyEncoder DecisionTreeEncoder RareLabelEncoder""",
        "discretiser": "KBinsDiscretizer EqualFrequencyDiscretiser EqualWidthDiscretiser DecisionTreeDiscretiser",
        "vocabulary": "StringLookup IntegerLookup TextVectorization Normalization Tokenizer",
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
SELECTING = frozenset(
    "ColumnTransformer make_column_transformer DataFrameMapper FunctionTransformer ColumnEnsembleTransformer".split()
)
"""What picks columns itself; so may any class of the notebook in a pipeline."""
SEARCHES = frozenset("GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV".split())
SPLITTERS = frozenset(
    """KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit
    StratifiedShuffleSplit GroupShuffleSplit LeaveOneOut LeavePOut LeaveOneGroupOut TimeSeriesSplit PredefinedSplit""".split()
)
CROSS_VALIDATIONS = frozenset(
    "cross_val_score cross_validate cross_val_predict permutation_test_score learning_curve validation_curve".split()
)
OVERSAMPLERS = frozenset(
    """SMOTE ADASYN RandomOverSampler BorderlineSMOTE SVMSMOTE KMeansSMOTE SMOTENC SMOTEN SMOTEENN SMOTETomek
    ROSE MWMOTE""".split()
)
"""Resamplers of imbalanced-learn that copy rows or make new ones from them; dropping rows puts none on both sides."""
UNDERSAMPLERS = frozenset(
    """RandomUnderSampler NearMiss TomekLinks EditedNearestNeighbours ClusterCentroids CondensedNearestNeighbour
    OneSidedSelection NeighbourhoodCleaningRule AllKNN InstanceHardnessThreshold""".split()
)
MODEL = regex(
    r"(?:Classifier|Regressor|Regression(?:CV)?|^(?:Nu|Linear)?SV[CR]|NB|^Ridge(?:CV)?|^(?:Bayesian|Kernel)Ridge|^Lasso(?:CV|Lars)?|"
    r"^ElasticNet(?:CV)?|^Perceptron|^LinearDiscriminantAnalysis|^QuadraticDiscriminantAnalysis|^Sequential)$"
)
"""The names of supervised models."""
CLUSTERINGS = frozenset("KMeans MiniBatchKMeans DBSCAN AgglomerativeClustering GaussianMixture Birch MeanShift".split())
HOLDERS = frozenset("DMatrix QuantileDMatrix Pool Dataset DataLoader TensorDataset".split())
"""Classes of boosting and tensor libraries that hold rows: the features come first."""
METRICS = frozenset(
    """accuracy_score balanced_accuracy_score precision_score recall_score f1_score fbeta_score roc_auc_score
    average_precision_score log_loss cohen_kappa_score matthews_corrcoef classification_report confusion_matrix r2_score
    mean_squared_error mean_absolute_error root_mean_squared_error mean_absolute_percentage_error mean_squared_log_error
    median_absolute_error explained_variance_score roc_curve precision_recall_curve brier_score_loss jaccard_score
    hamming_loss zero_one_loss top_k_accuracy_score precision_recall_fscore_support max_error plot_confusion_matrix""".split()
)
"""Metrics of a supervised model: the truth first, then what was predicted."""
PREDICTIONS = frozenset("predict predict_proba predict_log_proba decision_function predict_classes forecast".split())
FUNCTIONS = {
    "scale": "scaler",
    "minmax_scale": "scaler",
    "maxabs_scale": "scaler",
    "robust_scale": "scaler",
    "quantile_transform": "scaler",
    "power_transform": "scaler",
    "zscore": "scaler",
}
"""Functions of `sklearn.preprocessing` and `scipy.stats` that fit and transform in one."""
RATINGS = frozenset("mutual_info_classif mutual_info_regression f_classif f_regression chi2 r_regression".split())
"""Functions of `sklearn.feature_selection` that say of each feature how much it tells of the target."""
EMBEDDINGS = {
    **dict.fromkeys(("Word2Vec", "FastText", "Doc2Vec"), "vocabulary"),
    **dict.fromkeys(("TfidfModel", "Dictionary", "Phrases"), "vectoriser"),
    **dict.fromkeys(("LsiModel", "LdaModel", "LdaMulticore", "HdpModel"), "projection"),
}
"""Classes of gensim: they learn from the texts that they are made with, or from those of a later `train`."""

STATISTICS = frozenset("mean median std var quantile min max nanmean nanmedian nanstd percentile average".split())
MEANS = frozenset({"mean", "median", "std"})
AGGREGATES = STATISTICS | frozenset("agg aggregate sum count size nunique first last apply".split())
NOT_DATA = frozenset(
    """arange print display len isinstance type str int float bool range info describe value_counts nunique isnull isna notnull
    notna plot hist show to_csv to_excel to_pickle to_parquet save savefig dump format summary compile keys get_params equals""".split()
)
"""Calls whose result carries no rows (or none that a later split would hold out)."""
NOT_ROWS = frozenset("shape columns index dtypes dtype size ndim empty name names nunique vocabulary_ classes_".split())
LEARNT = frozenset(
    """coef_ feature_importances_ support_ ranking_ scores_ pvalues_ pvalues k_feature_names_ k_feature_idx_ wv dv docvecs
    best_feature_names_ selected_features_""".split()
)
"""What a fitted tool says of the columns, or of the words."""
SOURCES = ("read_", "load", "fetch_", "make_", "open", "query", "get_data", "download", "generate")
"""How the names of calls begin that bring new rows, whatever they are given."""
READERS = frozenset(
    "read_csv read_table read_excel read_parquet read_json read_feather read_sql read_sql_query".split()
)
"""Functions of pandas that give a frame with the columns of a file."""
KEEPS_COLUMNS = frozenset(
    """dropna fillna copy reset_index set_index sort_values sort_index drop_duplicates sample head tail query astype
    interpolate ffill bfill replace round clip infer_objects convert_dtypes to_numpy squeeze loc""".split()
)
"""Methods of frames after which the same columns stand there."""
BY_ROW = frozenset(
    """astype map apply replace fillna clip abs round cat str dt values to_numpy ravel reshape copy log log1p log10 log2 exp
    sqrt square array asarray cut isin where between codes add sub mul div to_frame reset_index squeeze flatten
    fit_transform to_list tolist to_categorical Categorical Series add_prefix strip lower upper""".split()
)
"""Calls that give, for each row, something computed from that row alone (or a code for it)."""
NEIGHBOURS = frozenset("ffill bfill pad backfill".split())
ROW_CHOICES = frozenset("head tail query nlargest nsmallest first last sample truncate take".split())
AUGMENTATIONS = regex(r"(?:^|_)(?:augment|augmented|augmentation|random_flip|random_rotation)(?:$|_)", re.I)
RANDOM_TRANSFORMS = regex(
    r"^(?:Random(?!State|Forest|ized|Under|Over|Sampl|Search)\w+|ColorJitter|HorizontalFlip|VerticalFlip|HueSaturationValue|ElasticTransform|"
    r"GaussNoise|GaussianBlur|CoarseDropout|ShiftScaleRotate|Rotate|CLAHE|AugMix|AutoAugment|RandAugment|TrivialAugmentWide)$"
)
"""Classes of image libraries that change an image at random."""
MODULES = frozenset(
    "pd np plt sns tf torch nn lgb xgb sm smf keras cv2 os sys re math json joblib pickle random time".split()
)
"""Names that stand for a library even where the page does not import it."""
SHOWING = frozenset("plt sns ax fig axes sys time warnings logging logger".split())
"""Names of modules and objects that draw, log or wait: what they are given comes back from none of them."""
TRAIN = regex(r"(?:^|_)(?:x_?)?(?:train|trn|tr|training|trainset)(?:$|_|\d)|^(?:train|training)", re.I)
TEST = regex(
    r"(?:^|_)(?:x_?)?(?:test|tst|te|val|valid|validation|testing|holdout|testset)(?:$|_|\d)|^(?:test|valid)", re.I
)
"""Names that say which part of the data a variable holds."""
CONCERNS = regex(
    r"train_test_split|random_split|Split\b|Fold\b|cross_val|SearchCV|_score\(|\.(?:fit\w*|adapt|train|predict\w*)\("
)
"""What a page says that fits, splits or scores anything."""
FORMULAS = frozenset("OLS WLS GLS GLM Logit Probit MNLogit Poisson ARIMA SARIMAX ols logit glm wls".split())
"""Models of statsmodels: they take the rows when they are made."""
WORD = regex(r"[^\W\d]\w*")
"""A name in a formula."""
_MAKERS = frozenset(
    "train_test_split random_split randomSplit resample Subset train cv ImageFolder CIFAR10 MNIST Compose".split()
)
_KNOWN: tuple[Container[str], ...] = (
    _MAKERS, CROSS_VALIDATIONS, METRICS, CONTAINERS, HOLDERS, LEARNERS, NEUTRAL, SEARCHES, SPLITTERS, OVERSAMPLERS, UNDERSAMPLERS,
    CLUSTERINGS, FORMULAS, EMBEDDINGS,
)  # fmt: skip


@lru_cache(maxsize=4096)
def makes_something(name: str) -> bool:
    """Can a call of this name make a tool, a split or a score? Most names cannot, and are met on every page."""
    return any(name in names for names in _KNOWN) or bool(MODEL.search(name) or RANDOM_TRANSFORMS.match(name))
