package dataset_test

// cocoScript draws objects, writes them in all the ways there are, and asks pycocotools
// what they are.
const cocoScript = `
import json, contextlib, io, cv2
from pycocotools.coco import COCO
from pycocotools import mask as api
def blob(h, w):
    m = np.zeros((h, w), np.uint8)
    center = (int(rng.integers(-2, w + 2)), int(rng.integers(-2, h + 2)))
    axes = (int(rng.integers(2, 14)), int(rng.integers(2, 14)))
    cv2.ellipse(m, center, axes, int(rng.integers(0, 180)), 0, 360, 1, -1)
    return m
def polygon(h, w, convert):
    k = int(rng.integers(3, 12))
    turn, radius = np.sort(rng.uniform(0, 2 * np.pi, k)), rng.uniform(2, 16, k)
    p = np.stack([rng.uniform(0, w) + radius * np.cos(turn), rng.uniform(0, h) + radius * np.sin(turn)], 1)
    return convert(p.reshape(-1)).tolist()
def lengths(m):
    flat = np.concatenate([[0], m.T.ravel(), [2]]).astype(int)
    edges = np.flatnonzero(np.diff(flat))
    return np.diff(np.concatenate([[0], edges])).tolist()
def runs(m):
    return dict(size=list(m.shape), counts=lengths(m))
def compressed(m):
    return dict(size=list(m.shape), counts=api.encode(np.asfortranarray(m))['counts'].decode())
ways = {
    'polygons; whole numbers': lambda h, w: [polygon(h, w, np.round)],
    'polygons; halves': lambda h, w: [polygon(h, w, lambda p: np.round(2 * p) / 2)],
    'polygons; any numbers': lambda h, w: [polygon(h, w, lambda p: p)],
    'polygons; several an object': lambda h, w: [polygon(h, w, np.round) for _ in range(3)],
    'runs; of numbers': lambda h, w: runs(blob(h, w)),
    'runs; compressed': lambda h, w: compressed(blob(h, w)),
    'runs; of random pixels': lambda h, w: runs(rng.integers(0, 2, (h, w)).astype(np.uint8)),
    'runs; of random pixels, compressed': lambda h, w: compressed(rng.integers(0, 2, (h, w)).astype(np.uint8)),
}
images, annotations, codecs = [], [], {}
def image(codec, id):
    h, w = (int(v) for v in rng.integers(1, 80, 2))
    images.append(dict(id=id, file_name=f'{id}.jpg', height=h, width=w))
    codecs[id] = codec
    return h, w
def annotate(id, segmentation, crowd=0):
    annotations.append(dict(id=len(annotations) + 1, image_id=id, category_id=1, iscrowd=crowd, segmentation=segmentation, area=1, bbox=[0, 0, 1, 1]))
for codec, way in ways.items():
    for n in range(6):
        id = len(images) + 100
        h, w = image(codec + (', overlapping' if n > 1 else ''), id)
        for _ in range(1 if n < 2 else 5):
            annotate(id, way(h, w))
for n, (name, form) in enumerate([('of numbers', runs), ('compressed', compressed)]):
    for k in range(3):
        id = len(images) + 100
        h, w = image('crowds (iscrowd) are ignored; ' + name, id)
        annotate(id, form(blob(h, w) | (rng.uniform(size=(h, w)) < 0.2).astype(np.uint8)), 1)
        for _ in range(2):
            annotate(id, [polygon(h, w, np.round)])
image('images without objects', 'none')
h, w = image('ids that are no numbers', 'text-id')
annotate('text-id', [polygon(h, w, np.round)])
for f, order in [('images_first.json', ['info', 'images', 'annotations', 'categories']), ('annotations_first.json', ['annotations', 'categories', 'images'])]:
    all = dict(info={}, images=images, annotations=[annotations[k] for k in rng.permutation(len(annotations))], categories=[dict(id=1, name='x')])
    json.dump({key: all[key] for key in order}, open(path(f), 'w'), indent=1 if f[0] == 'a' else None)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(path(f))
    for im in coco.loadImgs(coco.getImgIds()):
        want, crowd, n = np.zeros((im['height'], im['width']), np.uint16), np.zeros((im['height'], im['width']), bool), 0
        for a in [a for a in coco.dataset['annotations'] if a['image_id'] == im['id']]:
            m = coco.annToMask(a) != 0
            if a['iscrowd']:
                crowd |= m
            else:
                n += 1
                want[m] = n
        crowd &= want == 0
        want[crowd] = 999
        case(f"{f}.{im['id']}", codecs[im['id']], want, 'pycocotools',
             options=f"annotations={f} image={im['id']}" + (' crowd=999' if crowd.any() else ''))
`

// csvScript writes runs as Kaggle's competitions do, and decodes them as its kernels do.
const csvScript = `
import csv, cv2
def decode(text, shape):
    s = np.array(text.split(), int)
    flat = np.zeros(shape[0] * shape[1], bool)
    for start, length in zip(s[0::2] - 1, s[1::2]):
        flat[start:start + length] = True
    return flat.reshape(shape, order='F')
os.mkdir(path('photos'))
H, W = 31, 45
for f, codec, columns, ends in [
        ('size.csv', 'ImageId, EncodedPixels; sizes by --size', ['ImageId', 'EncodedPixels'], '\n'),
        ('images.csv', 'ImageId, EncodedPixels; sizes by --images', ['ImageId', 'EncodedPixels'], '\r\n'),
        ('own.csv', 'ImageId, EncodedPixels, Height, Width', ['Usage', 'Width', 'EncodedPixels', 'Height', 'ImageId'], '\r\n')]:
    rows, wants = [], {}
    for i in range(6):
        name, shape = f'{f[0]}{i}', (H, W) if f == 'size.csv' else tuple(int(v) for v in rng.integers(2, 60, 2))
        want = np.zeros(shape, np.uint16)
        for k in range(1, 1 if i == 0 else 6):
            n = shape[0] * shape[1]
            cuts = np.sort(rng.choice(n + 1, 2 * min(n // 2, int(rng.integers(1, 9))), replace=False))
            text = ' '.join(f'{a + 1} {b - a}' for a, b in zip(cuts[0::2], cuts[1::2]))
            want[decode(text, shape)] = k
            rows.append(dict(ImageId=name, EncodedPixels=text, Height=shape[0], Width=shape[1], Usage='x'))
        if i == 0:
            rows.append(dict(ImageId=name, EncodedPixels='', Height=shape[0], Width=shape[1], Usage='x'))
        cv2.imwrite(path('photos/' + name + '.png'), np.zeros(shape + (3,), np.uint8))
        wants[name] = want
    with open(path(f), 'w', newline='') as table:
        w = csv.DictWriter(table, columns, extrasaction='ignore', lineterminator=ends)
        w.writeheader()
        for k in rng.permutation(6):
            w.writerows(r for r in rows if r['ImageId'] == f'{f[0]}{k}')
    for name, want in wants.items():
        case(name, codec, want, 'NumPy', options=f'annotations={f} image={name} '
             + {'s': f'size={H},{W}', 'i': 'images=photos', 'o': ''}[f[0]])
`
