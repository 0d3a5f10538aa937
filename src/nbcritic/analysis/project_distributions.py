"""Which distribution gives which module, and which distributions come with others.

Both tables hold what a reader of a manifest takes for granted; a module that is not in them has the name of its distribution.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import MappingProxyType

from nbcritic.analysis.project_manifests import normal

_MODULES = """
sklearn: scikit-learn sklearn scikit-learn-intelex
skimage: scikit-image
sklearnex: scikit-learn-intelex
imblearn: imbalanced-learn imblearn
skopt: scikit-optimize
skbio: scikit-bio
sknetwork: scikit-network
skmultilearn: scikit-multilearn
pywt: pywavelets
tf: text-fabric tensorflow
bct: bctpy
bids: pybids
scikitplot: scikit-plot
skfda: scikit-fda
sksurv: scikit-survival
umap: umap-learn
cv2: opencv-python opencv-contrib-python opencv-python-headless opencv-contrib-python-headless opencv py-opencv libopencv
PIL: pillow pil
Image: pillow pil
yaml: pyyaml ruamel-yaml
bs4: beautifulsoup4 bs4
dateutil: python-dateutil
dotenv: python-dotenv dotenv
Crypto: pycryptodome pycrypto pycryptodomex
Cryptodome: pycryptodomex
OpenSSL: pyopenssl
nacl: pynacl
attr: attrs
serial: pyserial
usb: pyusb
git: gitpython
github: pygithub
gitlab: python-gitlab
docx: python-docx
pptx: python-pptx
fitz: pymupdf
azureml: azureml-core azureml-sdk
automl: azureml-sdk azureml-train-automl azureml-automl-core
jwt: pyjwt
jose: python-jose
magic: python-magic python-magic-bin
MySQLdb: mysqlclient mysql-python
mysql: mysql-connector-python mysql-connector
psycopg2: psycopg2 psycopg2-binary
psycopg: psycopg psycopg-binary
snowflake: snowflake-connector-python snowflake-snowpark-python
mpl_toolkits: matplotlib basemap matplotlib-base
matplotlib: matplotlib matplotlib-base
pylab: matplotlib matplotlib-base
seaborn: seaborn seaborn-base
plotly: plotly plotly-express
graphviz: graphviz python-graphviz
pydot: pydot pydot-ng pydotplus
community: python-louvain
igraph: igraph python-igraph
ogr: gdal
osgeo: gdal
osr: gdal
shapefile: pyshp
samgeo: segment-geospatial
ee: earthengine-api geemap
vtkmodules: vtk pyvista
libpysal: libpysal pysal
esda: esda pysal
tables: tables pytables
Bio: biopython
rdkit: rdkit rdkit-pypi
torch: torch pytorch torchvision pytorch-cpu pytorch-gpu
torch_geometric: torch-geometric pyg
pytorch_lightning: pytorch-lightning lightning
lightning: lightning pytorch-lightning
tensorflow: tensorflow tensorflow-gpu tensorflow-cpu tensorflow-macos tensorflow-intel tf-nightly tensorflow-base
keras: keras tensorflow tensorflow-gpu tensorflow-cpu tensorflow-macos tensorflow-intel
tensorboard: tensorboard tensorflow tensorflow-gpu
tensorflow_datasets: tensorflow-datasets tfds-nightly
faiss: faiss faiss-cpu faiss-gpu
huggingface_hub: huggingface-hub transformers datasets
en_core_web_sm: en-core-web-sm spacy
en_core_web_md: en-core-web-md spacy
en_core_web_lg: en-core-web-lg spacy
Levenshtein: levenshtein python-levenshtein rapidfuzz
telegram: python-telegram-bot
discord: discord-py
slack: slackclient slack-sdk
twitter: python-twitter twitter
facebook: facebook-sdk
googleapiclient: google-api-python-client
apiclient: google-api-python-client
pydrive: pydrive pydrive2
websocket: websocket-client
socks: pysocks requests
zmq: pyzmq
kafka: kafka-python kafka-python-ng
bson: pymongo bson
gridfs: pymongo
MySQL: mysqlclient
sqlalchemy: sqlalchemy sqlmodel
sql: ipython-sql jupysql
botocore: botocore boto3
aws_cdk: aws-cdk-lib
win32com: pywin32
win32api: pywin32
win32con: pywin32
win32gui: pywin32
win32file: pywin32
win32process: pywin32
win32event: pywin32
win32service: pywin32
win32print: pywin32
win32clipboard: pywin32
win32security: pywin32
winerror: pywin32
pythoncom: pywin32
pywintypes: pywin32
gi: pygobject
wx: wxpython
PyQt5: pyqt5 pyqt
OpenGL: pyopengl
prophet: prophet fbprophet
fbprophet: fbprophet prophet
talib: ta-lib
pandas_profiling: pandas-profiling ydata-profiling
xgboost: xgboost py-xgboost xgboost-cpu
pyspark: pyspark databricks-connect
delta: delta-spark
dask: dask dask-core
distributed: distributed dask
whisper: openai-whisper
gym: gym gymnasium
langchain_community: langchain-community langchain
langchain_core: langchain-core langchain
llama_index: llama-index llama-index-core
pinecone: pinecone-client pinecone
dns: dnspython
ldap: python-ldap
nmap: python-nmap
pkg_resources: setuptools
_pytest: pytest
zope: zope-interface
ruamel: ruamel-yaml
google.protobuf: protobuf
google.auth: google-auth google-api-python-client google-cloud-storage google-cloud-bigquery gspread
google.oauth2: google-auth google-api-python-client google-cloud-storage google-cloud-bigquery gspread
"""
MODULES = MappingProxyType(
    {module: tuple(rest.split()) for module, _, rest in (line.partition(":") for line in _MODULES.strip().splitlines())}
)
"""Module → the distributions that give it."""

_BRINGS = """
numpy: allensdk pandas scipy scikit-learn matplotlib seaborn statsmodels torch tensorflow keras xgboost lightgbm catboost xarray dask geopandas opencv-python
 opencv-python-headless scikit-image polars-lts bokeh gensim jax numba shap librosa imbalanced-learn h5py transformers datasets
 sentence-transformers pymc pymc3 qiskit spacy networkx pyarrow plotnine nilearn nibabel mne prophet umap-learn sympy streamlit altair
pandas: allensdk seaborn statsmodels geopandas plotnine prophet fbprophet dask-ml streamlit altair yfinance pandas-datareader pandas-profiling ydata-profiling
 datasets sweetviz category-encoders nilearn mlxtend shap catboost evidently mlflow missingno lifelines featuretools pycaret autogluon feature-engine
 hvplot pingouin mapclassify bambi arviz pmdarima gluonts darts sktime modin pyjanitor pandera imbalanced-learn jupysql pandas-gbq wordcloud
scipy: allensdk scikit-learn statsmodels seaborn xgboost lightgbm scikit-image gensim imbalanced-learn umap-learn pymc shap librosa nilearn mlxtend lifelines
 networkx sktime pingouin catboost arviz pmdarima scikit-optimize scikit-survival qiskit
matplotlib: allensdk pingouin mne osmnx geoplot qiskit-ibmq-provider pycaret seaborn plotnine missingno yellowbrick wordcloud catboost arviz prophet mlxtend pandas-profiling ydata-profiling lifelines scikit-plot shap
 nilearn scikit-image sweetviz evidently scanpy librosa pycaret
seaborn: allensdk qiskit-ibmq-provider missingno pandas-profiling ydata-profiling pingouin scanpy
scikit-learn: imbalanced-learn yellowbrick mlxtend category-encoders sktime umap-learn shap scikit-plot librosa dask-ml feature-engine nilearn
 sentence-transformers pycaret scikit-optimize eli5 lime hdbscan scikit-survival
statsmodels: allensdk econml doubleml pingouin plotnine prophet pmdarima sktime darts linearmodels
scikit-image: allensdk albumentations imgaug aicsimageio cellpose
pynwb: allensdk
tifffile: allensdk scikit-image aicsimageio cellpose imgaug
imageio: allensdk scikit-image imgaug moviepy
joblib: scikit-learn librosa mlxtend imbalanced-learn nltk dask-ml
plotly: plotly-express chart-studio cufflinks dash pycaret darts
tqdm: transformers datasets nltk spacy huggingface-hub catboost shap openai sentence-transformers torch-geometric umap-learn pytorch-lightning
requests: transformers huggingface-hub datasets streamlit tensorflow yfinance pandas-datareader spacy openai google-cloud-bigquery
beautifulsoup4: yfinance
lxml: yfinance pandas-datareader pyquery scrapy
python-dateutil: pandas matplotlib botocore boto3
pytz: pandas django prophet
tzlocal: apscheduler
six: python-dateutil pandas
pillow: matplotlib torchvision scikit-image wordcloud streamlit keras tensorflow imageio
h5py: tensorflow keras tables
protobuf: tensorflow
ipywidgets: jupyter notebook jupyterlab
ipykernel: jupyter notebook jupyterlab
nbformat: jupyter notebook jupyterlab nbconvert papermill
shapely: geopandas cartopy osmnx
pyproj: geopandas cartopy rasterio osmnx
fiona: geopandas
networkx: allensdk osmnx scikit-image torch
patsy: statsmodels
sqlalchemy: jupysql ipython-sql mlflow optuna
jinja2: flask bokeh jupyter jupyterlab notebook nbconvert torch
werkzeug: flask
click: flask dask
pyyaml: transformers dask mlflow bokeh huggingface-hub optuna uvicorn kaggle
pyarrow: datasets streamlit mlflow
tokenizers: transformers
safetensors: transformers
huggingface-hub: transformers datasets sentence-transformers
torch: torchvision torchaudio pytorch-lightning lightning sentence-transformers fastai torch-geometric
transformers: sentence-transformers
fsspec: dask huggingface-hub s3fs gcsfs pytorch-lightning torch datasets
urllib3: requests botocore boto3 selenium
certifi: requests
pydantic: fastapi langchain openai spacy
starlette: fastapi
botocore: boto3
decorator: networkx jupyter notebook
packaging: matplotlib
cycler: matplotlib
setuptools: torch tensorflow
typing-extensions: torch tensorflow pydantic
attrs: jsonschema aiohttp jupyter
nltk: textblob rouge-score
keras: tensorflow
tensorboard: tensorflow
scanpy: scvi-tools
anndata: scanpy
llvmlite: numba
numba: librosa umap-learn shap
soundfile: librosa
qiskit-aer: qiskit
qiskit-terra: qiskit
"""


def _brought() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _BRINGS.replace("\n ", " ").strip().splitlines():
        name, _, rest = line.partition(":")
        found[name] = frozenset(rest.split())
    return found


BROUGHT_BY = MappingProxyType(_brought())
"""Distribution → those whose installation brings it, directly and for years: nobody is blamed for not naming it again."""

EVERYTHING = MappingProxyType(
    {
        "anaconda": frozenset(
            "numpy pandas scipy matplotlib seaborn scikit-learn scikit-image statsmodels bokeh sympy networkx nltk requests beautifulsoup4 lxml "
            "pyyaml pillow joblib tqdm h5py tables sqlalchemy xlrd openpyxl xlsxwriter plotly ipywidgets numba dask xarray gensim python-dateutil "
            "pytz flask jinja2 cython holoviews hvplot panel datashader pyarrow boto3 psutil scrapy tabulate toolz".split()
        ),
        "fastai": frozenset(
            "numpy pandas scipy matplotlib scikit-learn torch torchvision pillow pyyaml requests spacy".split()
        ),
        "jupyter": frozenset({"ipywidgets", "ipykernel", "nbformat", "nbconvert", "notebook"}),
    }
)
"""Distributions that are collections of others."""

_ALSO = frozenset(
    "numpy pandas scipy matplotlib seaborn plotly torch tensorflow keras transformers datasets requests nltk spacy gensim bokeh hvplot networkx "
    "torchvision tensorflow-hub jax sentence-transformers fuzzywuzzy wordcloud gspread elasticsearch redis pymongo lxml xlsxwriter xlrd "
    "openpyxl pygame cartopy pmdarima tslearn statsmodels arch yfinance pandas-datareader ydata-profiling missingno category-encoders "
    "feature-engine mlxtend eli5 shap lime yellowbrick catboost lightgbm xgboost ray cuml cudf tiktoken chromadb prophet optuna hyperopt "
    "mlflow polars duckdb geopandas rasterio folium altair plotnine holoviews streamlit dash fastapi flask selenium scrapy tabulate termcolor "
    "emoji textblob langdetect contractions symspellpy rapidfuzz unidecode sympy pymc arviz lifelines pingouin patsy linearmodels tqdm "
    "joblib numba h5py xarray netcdf4 zarr librosa soundfile pydub torchaudio timm albumentations imgaug imageio mahotas openai anthropic "
    "langchain peft accelerate evaluate bitsandbytes trl wandb comet-ml neptune pytest hypothesis pandera boto3 s3fs gcsfs kaggle "
    "ipywidgets qiskit cirq pennylane pyquil astropy nilearn nibabel mne pydicom biopython scanpy anndata squarify venn upsetplot adjusttext "
    "psutil toolz cytoolz more-itertools sortedcontainers pyarrow fastparquet sqlalchemy pyodbc deap simpy pulp ortools cvxpy gurobipy".split()
)

_FROZEN = 40
_TOOLS = (
    "pytest", "flake8", "black", "sphinx", "mypy", "ruff", "isort", "pylint", "coverage", "autopep8", "yapf", "pycodestyle", "pre-commit", "tox",
    "types-", "tornado", "click", "awscli", "elpy", "jupyter", "ipython", "notebook", "nb", "watermark", "setuptools", "wheel", "python-dotenv",
    "google-", "pandas-gbq", "pip", "twine", "bump", "codecov", "gunicorn", "uvicorn", "django", "psycopg", "pymysql", "rich", "loguru",
)  # fmt: skip
"""How the names begin of what brings no numeric packages along."""


def is_well_known(module: str) -> bool:
    """Is it surely a package that is installed, and not a module that somebody wrote beside the notebook?"""
    top = module.partition(".")[0]
    return top in MODULES or normal(top) in _ALSO or normal(top) in BROUGHT_BY


def may_bring_more(names: Collection[str]) -> bool:
    """Is there a distribution among them of which the tables do not know what it brings along?

    A list as long as `pip freeze` makes it names what was brought along, too.
    """
    return len(names) < _FROZEN and any(normal(name) not in _NAMED and not name.startswith(_TOOLS) for name in names)


_NAMED = (
    frozenset(BROUGHT_BY)
    | _ALSO
    | frozenset(name for names in (*BROUGHT_BY.values(), *MODULES.values()) for name in names)
)

HOST_MODULES = frozenset(
    "google.colab kaggle_secrets kaggle_datasets kaggle_web_client kaggle_environments dbutils databricks notebookutils mssparkutils pyodide js "
    "IPython ipykernel jupyter_client jupyter_core traitlets pip setuptools pkg_resources wheel conda __main__ __builtin__ "
    "sagemaker_studio quantopian learntools  awsglue".split()
)
"""What the host or the notebook's own machinery brings along."""

_OLD_STANDARD = frozenset(
    "distutils imp asynchat asyncore smtpd cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd sunau "
    "telnetlib uu xdrlib lib2to3 aifc audioop parser symbol formatter binhex macpath dummy_threading _dummy_thread "
    "urllib2 urlparse cPickle StringIO cStringIO ConfigParser Queue HTMLParser htmlentitydefs Tkinter tkMessageBox tkFileDialog cookielib "
    "httplib commands sets __builtin__ copy_reg dummy_thread exceptions md5 sha new popen2 robotparser sgmllib SocketServer BaseHTTPServer "
    "SimpleHTTPServer thread user xmlrpclib anydbm dbhash whichdb UserDict UserList UserString ttk compression annotationlib".split()
)
"""Standard in some release from 2.7 on, though not in the one that nbcritic runs on."""


def is_standard(module: str) -> bool:
    """Is it part of Python, in any release since 2.7?"""
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or top in _OLD_STANDARD


def is_of_host(module: str) -> bool:
    """Does the place where the notebook runs bring it along?"""
    return module.partition(".")[0] in HOST_MODULES or any(
        module.startswith(f"{host}.") or module == host for host in HOST_MODULES
    )


def distributions(module: str) -> tuple[str, ...]:
    """The distributions that give a module (its full dotted name), the usual one first."""
    parts = module.split(".")
    for end in range(min(2, len(parts)), 0, -1):
        known = MODULES.get(".".join(parts[:end]))
        if known is not None:
            return known
    if parts[0] in ("google", "azure") and len(parts) > 1:
        return (normal("-".join(parts[:3])), normal("-".join(parts[:2])), parts[0])
    return (normal(parts[0]),)


def declares(names: Collection[str], module: str) -> bool:
    """Do distributions of these names give the module, themselves or through one that they bring along?

    Where the tables are silent a name that resembles the module's counts, too.
    """
    wanted = distributions(module)
    if any(name in names for name in wanted):
        return True
    if any(name in EVERYTHING[bundle] for bundle in EVERYTHING if bundle in names for name in wanted):
        return True
    if any(BROUGHT_BY.get(name, frozenset()) & frozenset(names) for name in wanted):
        return True
    if module.partition(".")[0] in ("google", "azure"):
        return any(name.startswith(wanted[0]) for name in names)
    if is_well_known(module):
        return False
    bare = wanted[0].replace("-", "")
    return any(_resembles(bare, name) for name in names)


def _resembles(module: str, name: str) -> bool:
    """May a distribution of this name give the module? `tf` of text-fabric, `skfoo` of scikit-foo, `pywt` of pywavelets."""
    bare = name.replace("-", "")
    if len(module) > 2 and (module in bare or (len(bare) > 3 and bare in module)):
        return True
    initials = "".join(part[0] for part in name.split("-") if part)
    stem = "scikit" + module[2:] if module.startswith("sk") else module[2:] if module.startswith("py") else module
    return module == initials or (len(stem) > 3 and bare.removeprefix("py").startswith(stem[:4]))
