# %%
from collections import defaultdict, deque

# %%
EDGES = [("a", "b"), ("b", "c"), ("a", "d"), ("d", "e"), ("e", "c"), ("f", "g")]

# %%
graph = defaultdict(set)
for one, other in EDGES:
    graph[one].add(other)
    graph[other].add(one)

# %%
def shortest(start, goal):
    waiting = deque([[start]])
    visited = {start}
    while waiting:
        path = waiting.popleft()
        if path[-1] == goal:
            return path
        for neighbour in neighbours(path[-1]):
            if neighbour not in visited:
                visited.add(neighbour)
                waiting.append([*path, neighbour])
    return None

# %%
neighbours = lambda node: sorted(graph[node])

# %%
route = shortest("a", "c")
print(route)

# %%
def component(node, seen=None):
    seen = set() if seen is None else seen
    if node not in seen:
        seen.add(node)
        for nxt in neighbours(node):
            component(nxt, seen)
    return seen

# %%
parts = []
left = set(graph)
while left:
    part = component(min(left))
    parts.append(part)
    left -= part

# %%
degrees = sorted(((len(links), node) for node, links in graph.items()), reverse=True)
hub = degrees[0][1]

# %%
graph["h"].add(hub)
lonely = [node for node in graph if len(graph[node]) == 1]

# %%
sizes = [len(part) for part in parts]
print(hub, lonely, sizes, shortest("a", "g"))
