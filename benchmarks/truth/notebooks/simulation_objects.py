# %%
import heapq
import random

# %%
random.seed(3)
ARRIVALS = [random.expovariate(1.0) for _ in range(20)]

# %%
class Queue:
    def __init__(self, servers):
        self.free = [0.0] * servers
        self.waits = []

    def serve(self, at):
        ready = heapq.heappop(self.free)
        begin = max(at, ready)
        self.waits.append(begin - at)
        heapq.heappush(self.free, begin + duration())

# %%
def duration():
    return SERVICE * random.random()

# %%
SERVICE = 2.0

def simulate(servers):
    queue = Queue(servers)
    clock = 0.0
    for gap in ARRIVALS:
        clock += gap
        queue.serve(clock)
    return queue

# %%
results = {servers: simulate(servers) for servers in (1, 2, 3)}

# %%
average = {servers: sum(q.waits) / len(q.waits) for servers, q in results.items()}

# %%
enough = next(servers for servers, wait in average.items() if wait < GOAL) if (GOAL := 5) else None

# %%
events = []
for servers, queue in results.items():
    for wait in queue.waits[:2]:
        heapq.heappush(events, (wait, servers))

# %%
first = heapq.heappop(events)
random.shuffle(ARRIVALS)

# %%
print(first, enough, len(events), servers)
