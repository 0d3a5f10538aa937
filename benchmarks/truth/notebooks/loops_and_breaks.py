# %%
limit = 50
primes = []
candidate = 2
while len(primes) < 10:
    for prime in primes:
        if candidate % prime == 0:
            break
    else:
        primes.append(candidate)
    candidate += 1

# %%
gaps = [b - a for a, b in zip(primes, primes[1:])]

# %%
for start in range(10, limit):
    if start % 7 == 0 and start % 5 == 0:
        found = start
        break

# %%
print(found, prime)

# %%
best = None
for number in primes:
    if best is None or number % 10 > best % 10:
        best = number

# %%
pairs = []
for i, a in enumerate(primes):
    for b in primes[i + 1 :]:
        if b - a == 2:
            pairs.append((a, b))

# %%
last_pair = pairs[-1]
(low, high), *_others = pairs

# %%
steps = 0
n = high + 20
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1

# %%
grid = {(x, y): x * y for x in range(3) for y in range(3)}
diagonal = [grid[k, k] for k in range(3)]

# %%
total = sum(gaps) + sum(diagonal)
print(total, best, steps, last_pair, i, a)
