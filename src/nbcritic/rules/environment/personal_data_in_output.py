"""NBC207."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.personal_data import personal_columns
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import SHOWN


@rule("NBC207", name="personal-data-in-output", severity="major", category="security-and-privacy", any_language=True)
def check(page: Page) -> Iterator[Hit]:
    r"""A saved output shows personal data of people.

    A notebook is copied, rendered and committed with its outputs: names beside e-mail addresses, telephone or account numbers,
    or beside the reviews that customers wrote, are then where nobody agreed to have them, and deleting the cell later leaves them in the history.

    Instead, drop or mask such columns before a table is shown (`df.drop(columns="email").head()`), clear the output, and work on
    made-up rows where rows must be shown.

    Bad:

        # %% In[3]  # <- flagged
        print(people.head())
        #>   first_name  last_name  email  phone
        #> 0  Marit  Solberg  marit.solberg@fjordpost.no  +47 412 55 318
        #> 1  Ivo  Brandt  ivo.brandt@seepost.de  +49 151 2355 318

    Bad:

        # %% In[3]  # <- flagged
        print(reviews.head())
        #>   author  stars  review
        #> 0  Marit Solberg  5  very good coffee
        #> 1  Ivo Brandt  2  cold and slow
        #> 2  Ana de Souza  4  nice view

    Good:

        # %% In[3]
        print(books.head())
        #>   author  stars  title
        #> 0  Marit Solberg  5  The fjord
        #> 1  Ivo Brandt  2  The lake
        #> 2  Ana de Souza  4  The river

    Good:

        # %% In[3]
        print(people.drop(columns=["email", "phone"]).head())
        #>   first_name  city
        #> 0  Marit  Oslo
        #> 1  Ivo  Kiel
        # %% In[4]
        print(packages)
        #>   package  author  author_email
        #> 0  numpy  the developers  developers@numpy.org
        #> 1  pandas  the developers  developers@pandas.org
        # %% In[5]
        print(restaurants)
        #>   name  cuisine  phone  rating
        #> 0  Fjord  fish  +47 412 55 318  4.5
        #> 1  Seeblick  fish  +49 151 2355 318  4.1
        # %% In[6]
        print(users)
        #>   name  email
        #> 0  user1  user1@example.com
        #> 1  user2  user2@example.com
    """
    found = []
    for cell in page.cells:
        if cell.cell.outputs != b"[]":
            columns = list(dict.fromkeys(column for output in cell.outputs for column in personal_columns(output)))
            if columns:
                found.append((cell, columns))
    # What everybody may download is no secret of the notebook's.
    if not found or any("/kaggle/input" in cell.source for cell in page.cells):
        return
    cell, columns = found[0]
    what = ", ".join(f"{column.count} {column.kind} (`{column.title}`)" for column in columns[:3])
    more = (
        f", and {len(found) - 1} more cell{'s show' if len(found) > 2 else ' shows'} such data"
        if len(found) > 1
        else ""
    )
    related = tuple(
        Related(other.at(), f"`{shown[0].title}` is shown here too") for other, shown in found[1 : SHOWN + 1]
    )
    yield Hit(
        cell.at(),
        f"the saved output of cell {cell.number} shows {what}{more}; mask the columns and clear the output",
        related,
        # Made-up people look like real ones; a number with the right check digits seldom is made up.
        confidence=None if any(column.checked for column in columns) else "possible",
    )
