# %%
import asyncio

# %%
async def fetch(name, delay=0):
    await asyncio.sleep(delay)
    return f"{name}:{VERSION}"

# %%
VERSION = 2
single = await fetch("one")

# %%
async def gather(names):
    return await asyncio.gather(*(fetch(name) for name in names))

# %%
several = await gather(["two", "three"])

# %%
async def numbers(limit):
    for n in range(limit):
        yield n * STEP

# %%
STEP = 3
collected = [n async for n in numbers(4)]

# %%
queue = []

async def worker(items):
    async for item in numbers(items):
        queue.append(item + OFFSET)

# %%
OFFSET = 1
await worker(3)

# %%
total = sum(queue) + len(several)
print(single, collected, total)
