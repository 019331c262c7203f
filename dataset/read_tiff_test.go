package dataset_test

// tiffScript writes what tifffile, Pillow and OpenCV write.
const tiffScript = `
import tifffile, cv2, itertools
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
types = 'uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float32 float64'.split()
n = 0
def name(extension='.tif'):
    global n
    n += 1
    return f'{n}{extension}'
def by_tifffile(a, codec, options='', page=None, **kw):
    f = name()
    tifffile.imwrite(path(f), a, **kw)
    want = tifffile.imread(path(f), key=page)
    case(f, codec, want, 'tifffile', options=options)

for dtype in types:
    for compression, order, big, tiled in itertools.product([None, 'deflate', 'adobe_deflate'], '<>', [False, True], [False, True]):
        for predictor in [False, True] if compression else [False]:
            if predictor and (dtype[0] == 'f' or '64' in dtype):
                continue  # tifffile alone cannot
            codec = {None: 'none', 'deflate': 'deflate (32946)', 'adobe_deflate': 'deflate (8)'}[compression]
            codec += ', predictor 2' if predictor else ''
            codec += '; tiles' if tiled else '; strips'
            codec += ', big-endian' if order == '>' else ', little-endian'
            codec += ', BigTIFF' if big else ''
            how = dict(tile=(16, 32)) if tiled else dict(rowsperstrip=7)
            by_tifffile(ids(dtype, 45, 70), codec, byteorder=order, bigtiff=big, compression=compression, predictor=predictor or None, **how)
    by_tifffile(ids(dtype, 3, 20, 30), 'pages as a stack', photometric='minisblack')
    if dtype in ('uint8', 'uint16', 'float32'):
        by_tifffile(ids(dtype, 3, 20, 30), 'pages as a stack; ImageJ', imagej=True, metadata={'axes': 'ZYX'})
    if dtype not in ('int64', 'uint64', 'float16'):
        by_tifffile(ids(dtype, 3, 20, 30), 'pages as a stack; OME', ome=True, metadata={'axes': 'ZYX'})
    by_tifffile(ids(dtype, 3, 20, 30), 'one page by --page', 'page=2', 1, photometric='minisblack')
    gray = np.repeat(ids(dtype, 20, 30, 1), 3, 2)
    for planar in ('contig', 'separate'):
        a = ids(dtype, 20, 30, 3)
        for i in range(3):
            f = name()
            tifffile.imwrite(path(f), a if planar == 'contig' else a.transpose(2, 0, 1), photometric='rgb', planarconfig=planar)
            want = tifffile.imread(path(f))
            case(f, f'RGB by --channel; {planar}', want[..., i] if planar == 'contig' else want[i], 'tifffile', options=f'channel={"rgb"[i]}')
        f = name()
        tifffile.imwrite(path(f), gray if planar == 'contig' else gray.transpose(2, 0, 1), photometric='rgb', planarconfig=planar, tile=(16, 16), compression='zlib')
        case(f, f'RGB of equal channels; {planar}, tiles', gray[..., 0], 'tifffile')
by_tifffile(ids('bool', 45, 70), '1 bit')
by_tifffile(ids('bool', 3, 45, 71), '1 bit; pages as a stack')
by_tifffile(ids('uint8', 45, 70), 'palette: the index', photometric='palette', colormap=np.zeros((3, 256), 'uint16'))

# hyperstacks of several channels, and planes that have no tags of their own
a = ids('uint16', 4, 3, 20, 30)
for i in range(3):
    for kw in (dict(imagej=True, metadata={'axes': 'ZCYX'}), dict(ome=True, metadata={'axes': 'ZCYX'}), dict(imagej=True, truncate=True, metadata={'axes': 'ZCYX'}),
               dict(photometric='minisblack', metadata={'axes': 'ZCYX'}), dict(ome=True, metadata={'axes': 'ZCYX', 'DimensionOrder': 'XYCTZ'})):
        f = name()
        tifffile.imwrite(path(f), a, **kw)
        want = tifffile.imread(path(f))
        what = 'ImageJ' if kw.get('imagej') else 'OME' if kw.get('ome') else 'tifffile'
        what += ' with tags of the first page alone' if kw.get('truncate') else ''
        case(f, f'hyperstack of channels by --channel; {what}', want[:, i], 'tifffile', options=f'channel={i + 1}')
f = name()
tifffile.imwrite(path(f), a, ome=True, metadata={'axes': 'CZYX'})
case(f, 'hyperstack of channels by --channel; OME', tifffile.imread(path(f))[2], 'tifffile', options='channel=3')
f = name()
tifffile.imwrite(path(f), a[:, 0], imagej=True, metadata={'axes': 'TYX'})
case(f, 'points of time as a stack by --page all', tifffile.imread(path(f)), 'tifffile', options='page=-1')
by_tifffile(ids('uint8', 5, 20, 30), 'pages without tags of their own; ImageJ', imagej=True, truncate=True, metadata={'axes': 'ZYX'})
by_tifffile(ids('int32', 5, 20, 30), 'pages without tags of their own; tifffile', photometric='minisblack', truncate=True)

# thumbnails and pyramid levels are not pages
f = name()
with tifffile.TiffWriter(path(f)) as t:
    full = ids('uint16', 40, 60)
    t.write(full, subifds=1)
    t.write(full[::2, ::2], subfiletype=1)
    t.write(full[::4, ::4], subfiletype=1)
case(f, 'with pyramid levels', tifffile.imread(path(f)), 'tifffile')

# Pillow and OpenCV write by libtiff
names = {None: 'none', 'tiff_lzw': 'LZW', 'packbits': 'PackBits', 'tiff_adobe_deflate': 'deflate (8)', 'tiff_deflate': 'deflate (32946)', 'zstd': 'zstd'}
for compression in (None, 'tiff_lzw', 'packbits', 'tiff_adobe_deflate', 'tiff_deflate', 'zstd'):
    for dtype in ('uint8', 'uint16', 'int32', 'float32', 'bool'):
        for predictor in (1, 2):
            if predictor == 2 and (compression in (None, 'packbits') or dtype in ('bool',)):
                continue
            f = name()
            a = ids(dtype, 61, 83)
            extra = dict(compression=compression) if compression else {}
            if predictor == 2:
                extra['tiffinfo'] = {317: 2}
            Image.fromarray(a).save(path(f), **extra)
            read = np.array(Image.open(path(f)))
            assert (read == a).all()
            case(f, f'{names[compression]}{", predictor 2" if predictor == 2 else ""}; by Pillow', read, 'Pillow')
# Reducing colours puts them in any order: here white is 0, and black is 1.
binary = np.full((61, 83), 255, np.uint8)
binary[5:40, 9:50] = 0
f = name()
Image.fromarray(binary).quantize(2).save(path(f))
read = Image.open(path(f))
assert read.mode == 'P' and (np.array(read) == (binary == 0)).all()
case(f, 'palette of grays out of order: the index, with a warning', np.array(read), 'Pillow', options='warns')
f = name()
a = ids('bool', 61, 83)
Image.fromarray(a).save(path(f), compression='group4')
case(f, 'CCITT group 4', np.array(Image.open(path(f))), 'Pillow')
for tag in (0, 1):  # white is zero
    f = name()
    Image.fromarray(a).save(path(f), compression='tiff_lzw', tiffinfo={262: tag})
    case(f, 'white is zero' if tag == 0 else 'black is zero', np.array(Image.open(path(f))), 'Pillow')
for dtype in ('uint8', 'uint16', 'int16', 'int32', 'float32', 'float64'):
    f = name()
    a = ids(dtype, 61, 83)
    if not cv2.imwrite(path(f), a):
        continue
    read = cv2.imread(path(f), cv2.IMREAD_UNCHANGED)
    if read is not None and read.dtype == a.dtype:
        case(f, 'as OpenCV writes it', read, 'OpenCV')
`

// codecScript writes with imagecodecs what the others cannot: each codec and
// predictor for each type.
const codecScript = `
import tifffile, imagecodecs, itertools, struct
names = {'lzw': 'LZW', 'packbits': 'PackBits', 'zstd': 'zstd', 'zlib': 'deflate (8)'}
n = 0
for dtype in 'uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float32 float64'.split():
    for compression, order, tiled, predictor in itertools.product(['lzw', 'packbits', 'zstd', 'zlib'], '<>', [False, True], [1, 2, 3]):
        if predictor == 3 and dtype[0] != 'f' or predictor == 2 and dtype[0] == 'f' or compression == 'packbits' and predictor > 1:
            continue
        n += 1
        f = f'{n}.tif'
        how = dict(tile=(16, 32)) if tiled else dict(rowsperstrip=9)
        a = ids(dtype, 45, 70)
        tifffile.imwrite(path(f), a, byteorder=order, compression=compression, predictor=predictor if predictor > 1 else None, **how)
        want = tifffile.imread(path(f))
        assert want.dtype == a.dtype and (want == a).all()
        codec = f"{names[compression]}{f', predictor {predictor}' if predictor > 1 else ''}; {'tiles' if tiled else 'strips'}, {'big' if order == '>' else 'little'}-endian"
        case(f, codec, want, 'tifffile with imagecodecs')
        if predictor > 1:
            n += 1
            f = f'{n}.tif'
            a = np.repeat(ids(dtype, 45, 70, 1), 3, 2)
            tifffile.imwrite(path(f), a, byteorder=order, compression=compression, predictor=predictor, photometric='rgb', **how)
            case(f, codec + ', RGB of equal channels', tifffile.imread(path(f))[..., 0], 'tifffile with imagecodecs')
for bits in [b for b in range(2, 32) if b not in (8, 16)]:
    n += 1
    f = f'{n}.tif'
    a = rng.integers(0, 2**bits, (45, 71)).astype('uint8' if bits <= 8 else 'uint16' if bits <= 16 else 'uint32')
    order = '>' if bits == 24 else '<' # of which tifffile makes other numbers if the bytes are little-endian
    with open(path(f), 'wb') as out_file:
        rows = b''.join(np.packbits(((r[:, None] >> np.arange(bits - 1, -1, -1).astype(a.dtype)) & 1).astype('uint8').reshape(-1)).tobytes() for r in a)
        entries = [(256, 3, 71), (257, 3, 45), (258, 3, bits), (259, 3, 1), (262, 3, 1), (273, 4, 8 + 2 + 9 * 12 + 4), (277, 3, 1), (278, 3, 45), (279, 4, len(rows))]
        out_file.write((b'II*\0' if order == '<' else b'MM\0*') + struct.pack(order + 'IH', 8, len(entries)))
        for tag, kind, value in entries:
            out_file.write(struct.pack(order + 'HHI', tag, kind, 1) + struct.pack(order + ('HH' if kind == 3 else 'I'), *([value, 0] if kind == 3 else [value])))
        out_file.write(struct.pack(order + 'I', 0) + rows)
    want = tifffile.imread(path(f))
    assert (want == a).all()
    case(f, f'bits that are no whole bytes; {bits}', want, 'tifffile with imagecodecs')
`
