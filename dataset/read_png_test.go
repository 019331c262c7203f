package dataset_test

// pngScript writes PNG files of every colour type, depth and interlacing with an
// encoder of its own, because no library writes them all, and more with OpenCV and
// Pillow.
const pngScript = `
import struct, zlib, cv2
from PIL import Image

def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

def scanlines(a, depth):
    """a is (H, W, channels) of stored samples"""
    rows = b''
    for line in a:
        flat = line.reshape(-1)
        if depth == 16:
            packed = flat.astype('>u2').tobytes()
        else:
            bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
            packed = np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()
        rows += b'\0' + packed
    return rows

def write(name, a, colour, depth, interlaced=False, extra=b''):
    h, w = a.shape[:2]
    a = a.reshape(h, w, -1)
    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        parts = [a[y::dy, x::dx] for y, x, dy, dx in passes]
        data = b''.join(scanlines(p, depth) for p in parts if p.size)
    else:
        data = scanlines(a, depth)
    with open(path(name), 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, depth, colour, 0, 0, interlaced))
            + extra + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b''))

H, W = 13, 19
# Reducing colours puts them in any order: here white is 0, and black is 1.
binary = np.full((H, W), 255, np.uint8)
binary[5:9, 9:15] = 0
Image.fromarray(binary).quantize(2).save(path('reduced.png'))
read = Image.open(path('reduced.png'))
assert read.mode == 'P' and (np.array(read) == (binary == 0)).all()
case('reduced.png', 'palette of grays out of order: the index, with a warning', np.array(read), 'Pillow', options='warns')
for interlaced in (False, True):
    how = 'interlaced' if interlaced else 'plain'
    for depth in (1, 2, 4, 8, 16):
        name = f'gray{depth}_{how}.png'
        write(name, rng.integers(0, 2**depth, (H, W)), 0, depth, interlaced)
        case(name, f'{depth}-bit gray; {how}', np.array(Image.open(path(name))), 'Pillow', 'uint16' if depth == 16 else None)
        if depth > 1:
            assert (cv2.imread(path(name), cv2.IMREAD_UNCHANGED) == np.array(Image.open(path(name)))).all()
    for depth in (1, 2, 4, 8):
        name = f'palette{depth}_{how}.png'
        a = rng.integers(0, 2**depth, (H, W))
        palette = rng.integers(0, 256, 3 * 2**depth, dtype=np.uint8).tobytes()
        write(name, a, 3, depth, interlaced, chunk(b'PLTE', palette))
        assert Image.open(path(name)).mode == 'P'
        case(name, f'{depth}-bit palette: the index; {how}', np.array(Image.open(path(name))), 'Pillow')
    for depth in (8, 16):
        dtype = f'uint{depth}'
        rgb = rng.integers(0, 2**depth, (H, W, 3))
        gray = np.repeat(rng.integers(0, 2**depth, (H, W, 1)), 3, 2)
        opaque = np.full((H, W, 1), 2**depth - 1)
        rgba = rng.integers(0, 2**depth, (H, W, 4))
        name = f'rgb{depth}_{how}.png'
        write(name, gray, 2, depth, interlaced)
        read = cv2.imread(path(name), cv2.IMREAD_UNCHANGED)
        case(name, f'{depth}-bit RGB of equal channels; {how}', read[..., 0], 'OpenCV')
        name = f'rgba{depth}_{how}.png'
        write(name, np.concatenate([gray, opaque], 2), 6, depth, interlaced)
        case(name, f'{depth}-bit RGBA, equal and opaque; {how}', cv2.imread(path(name), cv2.IMREAD_UNCHANGED)[..., 0], 'OpenCV')
        name = f'la{depth}_{how}.png'
        write(name, np.concatenate([gray[..., :1], opaque], 2), 4, depth, interlaced)
        case(name, f'{depth}-bit gray with opaque alpha; {how}', cv2.imread(path(name), cv2.IMREAD_UNCHANGED)[..., 0], 'OpenCV')
        for i, channel in enumerate(['red', 'green', 'blue', 'alpha']):
            for option in (channel, channel[0].upper(), str(i + 1)):
                name = f'{option}_{depth}_{how}.png'
                write(name, rgba, 6, depth, interlaced)
                read = cv2.imread(path(name), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3]]
                case(name, f'{depth}-bit RGBA by --channel; {how}', read[..., i], 'OpenCV', options='channel=' + option)
        name = f'transparent{depth}_{how}.png'
        write(name, gray[..., :1], 0, depth, interlaced, chunk(b'tRNS', struct.pack('>H', int(gray[0, 0, 0]))))
        case(name, f'{depth}-bit gray with a transparent value; {how}', gray[..., 0].astype(dtype), 'NumPy')

# the same mask in the alpha channel as in the colours
a = ids('uint8', H, W)
write('alpha_equal.png', np.stack([a] * 4, 2), 6, 8)
case('alpha_equal.png', '8-bit RGBA, alpha equal to the colours', a, 'NumPy')
write('la_two.png', np.stack([np.zeros_like(a), a], 2), 4, 8)
case('la_two.png', '8-bit gray with alpha by --channel', a, 'NumPy', options='channel=2')

for dtype in ('uint8', 'uint16'):
    a = ids(dtype, 37, 41)
    cv2.imwrite(path(f'cv2_{dtype}.png'), a)
    case(f'cv2_{dtype}.png', 'as OpenCV writes it', cv2.imread(path(f'cv2_{dtype}.png'), cv2.IMREAD_UNCHANGED), 'OpenCV')
    import imageio
    imageio.imwrite(path(f'imageio_{dtype}.png'), a)
    case(f'imageio_{dtype}.png', 'as imageio writes it', imageio.imread(path(f'imageio_{dtype}.png')), 'imageio')
`

const npyScript = `
from numpy.lib import format
for dtype in 'bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float32 float64'.split():
    for endian, order, version in [('<', 'C', 1), ('>', 'C', 2), ('<', 'F', 3), ('>', 'F', 1)]:
        for shape in [(5, 7), (3, 4, 5), (1, 1, 6, 4)]:
            a = ids(dtype, *shape)
            name = f"{dtype}_{len(shape)}_{'be' if endian == '>' else 'le'}_{order}_{version}.npy"
            with open(path(name), 'wb') as f:
                format.write_array(f, np.asarray(a.astype(a.dtype.newbyteorder(endian)), order=order), version=(version, 0))
            read = np.load(path(name))
            if len(shape) == 4:
                read = read[0]
            codec = f"version {version}.0; {'big' if endian == '>' else 'little'}-endian, {'Fortran' if order == 'F' else 'C'} order"
            case(name, codec, read, 'NumPy')
`
