# label: innocent
# The fixed number of epochs is trained, then the network is scored once over the batches of the test loader.
# %%
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
tf = transforms.ToTensor()
train_loader = DataLoader(datasets.FashionMNIST("d", train=True, transform=tf), batch_size=64, shuffle=True)
test_loader = DataLoader(datasets.FashionMNIST("d", train=False, transform=tf), batch_size=1000)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
# %%
for epoch in range(5):
    running = 0.0
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(epoch, running / len(train_loader))
# %%
correct = total = 0
with torch.no_grad():
    for images, labels in test_loader:
        _, predicted = torch.max(model(images), 1)
        total += labels.size(0)
        correct += (predicted == labels).sum().item()
print("accuracy on the test images: %.1f %%" % (100 * correct / total))
