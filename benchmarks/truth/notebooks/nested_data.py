# %%
import json
from operator import itemgetter

# %%
raw = '{"users": [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []}, {"id": 3, "tags": ["c"]}]}'

# %%
document = json.loads(raw)
users = document["users"]

# %%
by_id = {user["id"]: user for user in users}
tags = {tag for user in users for tag in user["tags"]}

# %%
users.append({"id": 4, "tags": ["a"]})
by_id[4] = users[-1]

# %%
def with_tag(wanted):
    return [user["id"] for user in users if wanted in user["tags"]]

# %%
index = {tag: with_tag(tag) for tag in sorted(tags)}

# %%
def depth(node):
    if isinstance(node, dict):
        return 1 + max((depth(child) for child in node.values()), default=0)
    if isinstance(node, list):
        return 1 + max(map(depth, node), default=0)
    return 0

# %%
deep = depth(document)

# %%
users.sort(key=itemgetter("id"), reverse=True)
newest, *older = users

# %%
merged = {**document, "count": len(users)}
merged |= {"deep": deep}

# %%
text = json.dumps(merged, sort_keys=True, default=str)
print(len(text), index, newest["id"], len(older))
