# %%
import re
from collections import Counter

# %%
TEXT = "The cat sat on the mat. The dog sat on the log; the end of the tale!"
STOP = {"the", "on", "of"}

# %%
WORD = re.compile(r"[a-z]+")

# %%
def words(text):
    for found in WORD.finditer(text.lower()):
        if found.group() not in STOP:
            yield found.group()

# %%
tokens = list(words(TEXT))

# %%
counts = Counter(tokens)
counts.most_common(3)

# %%
lengths = {}
for token in tokens:
    lengths.setdefault(len(token), []).append(token)

# %%
longest = max(lengths)
print(lengths[longest])

# %%
pairs = list(zip(tokens, tokens[1:]))
followers = {}
for first, second in pairs:
    followers.setdefault(first, set()).add(second)

# %%
def walk(start, depth=3):
    if depth == 0 or start not in followers:
        return [start]
    return [start] + walk(sorted(followers[start])[0], depth - 1)

# %%
chain = walk("cat")
" ".join(chain)

# %%
tokens.sort(key=len)
summary = f"{len(tokens)} tokens, {len(counts)} kinds, longest {longest}"
print(summary)
