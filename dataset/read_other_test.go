package dataset_test

const npzScript = `
for dtype in 'bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float32 float64'.split():
    for save, how in [(np.savez, 'stored'), (np.savez_compressed, 'compressed')]:
        a, b = ids(dtype, 31, 17), ids(dtype, 4, 5, 6)
        f = f'{dtype}_{how}.npz'
        save(path(f), a)
        case(f, f'one array; {how}', np.load(path(f))['arr_0'], 'NumPy')
        f = f'{dtype}_{how}_keys.npz'
        save(path(f), image=np.zeros(3), masks=b, other=a)
        case(f, f'several arrays by --key; {how}', np.load(path(f))['masks'], 'NumPy', options='key=masks')
`

const niftiScript = `
import nibabel as nib, warnings
warnings.simplefilter('ignore')
n = 0
for dtype in 'uint8 uint16 uint32 uint64 int8 int16 int32 int64 float32 float64'.split():
    for cls, version in [(nib.Nifti1Image, 1), (nib.Nifti2Image, 2)]:
        for extension in ('.nii', '.nii.gz'):
            for order in '<>':
                for shape in [(7, 6, 5), (7, 6), (7, 6, 5, 1)]:
                    n += 1
                    f = f'{n}{extension}'
                    a = ids(dtype, *shape)
                    header = (nib.Nifti1Header if version == 1 else nib.Nifti2Header)(endianness=order)
                    header.set_data_dtype(np.dtype(dtype).newbyteorder(order))
                    image = cls(a, np.diag([0.5, 0.75, 2.5, 1]), header)
                    header = image.header
                    header.set_zooms([0.5, 0.75, 2.5, 1][:len(shape)])
                    if n % 3 == 0:
                        header.extensions.append(nib.nifti1.Nifti1Extension('comment', b'some words'))
                    nib.save(image, path(f))
                    read = nib.load(path(f))
                    assert read.header.endianness == order and read.header['sizeof_hdr'] == (348 if version == 1 else 540)
                    want = np.asanyarray(read.dataobj)
                    assert want.dtype.name == a.dtype.name and (want == a).all()
                    codec = f"NIfTI-{version}; {'gzip' if extension.endswith('gz') else 'plain'}, {'big' if order == '>' else 'little'}-endian, {len(shape)} axes"
                    spacing = ','.join(str(float(z)) for z in read.header.get_zooms()[:3][::-1])
                    case(f, codec, want.T[0] if len(shape) == 4 else want.T, 'nibabel', options='spacing=' + spacing)
# scaled numbers
a = ids('int16', 5, 6, 7) // 4
for slope, inter in [(2, 0), (1, 7), (0.5, 0), (3, -4)]:
    n += 1
    f = f'{n}.nii'
    image = nib.Nifti1Image(a * 2, np.eye(4))
    nib.save(image, path(f))
    raw = bytearray(open(path(f), 'rb').read())
    raw[112:120] = np.array([slope, inter], '<f4').tobytes()
    open(path(f), 'wb').write(raw)
    want = nib.load(path(f)).get_fdata()
    assert (want == a * 2. * slope + inter).all()
    case(f, 'NIfTI-1, scaled', want.T, 'nibabel')
`

const photoScript = `
import cv2
from PIL import Image
H, W = 37, 45
for dtype in ('bool', 'uint8'):
    a = ids(dtype, H, W)
    f = f'pillow_{dtype}.bmp'
    Image.fromarray(a).save(path(f))
    case(f, f'BMP of {"1 bit" if dtype == "bool" else "8 bits"}: the index', np.array(Image.open(path(f))).astype('uint8'), 'Pillow')
    f = f'pillow_{dtype}.gif'
    Image.fromarray(a.astype('uint8')).save(path(f))
    case(f, 'GIF: the index', np.array(Image.open(path(f))), 'Pillow')
p = Image.fromarray(ids('uint8', H, W))
p.putpalette(rng.integers(0, 256, 768, dtype=np.uint8).tobytes())
for f in ('palette.bmp', 'palette.gif'):
    p.save(path(f))
    read = Image.open(path(f))
    assert read.mode == 'P'
    case(f, f'{f[-3:].upper()} with a palette of colours: the index', np.array(read), 'Pillow')
# Reducing colours puts them in any order: here white is 0, and black is 1.
for f in ('reduced.gif', 'reduced.bmp'):
    binary = np.full((H, W), 255, np.uint8)
    binary[5:20, 9:30] = 0
    Image.fromarray(binary).quantize(2).save(path(f))
    read = Image.open(path(f))
    assert read.mode == 'P' and (np.array(read) == (binary == 0)).all()
    case(f, f'{f[-3:].upper()} with a palette of grays out of order: the index, with a warning', np.array(read), 'Pillow', options='warns')

gray = np.repeat(ids('uint8', H, W)[..., None], 3, 2)
cv2.imwrite(path('rgb.bmp'), gray)
case('rgb.bmp', 'BMP of 24 bits, equal channels', cv2.imread(path('rgb.bmp'))[..., 0], 'OpenCV')
colour = rng.integers(0, 256, (H, W, 3), dtype=np.uint8)
cv2.imwrite(path('colour.bmp'), colour)
case('colour.bmp', 'BMP of 24 bits by --channel', cv2.imread(path('colour.bmp'))[..., 1], 'OpenCV', options='channel=g')

# Blocks of one value each, as a JPEG has them, so that all decoders agree.
blocks = np.kron(rng.integers(0, 2, (9, 11)), np.full((8, 8), 255))[:-3, :-5].astype(np.uint8)
for name, a, kw in [('gray', blocks, {}), ('colour', np.repeat(blocks[..., None], 3, 2), {}), ('progressive', blocks, {'progressive': True}), ('low', blocks, {'quality': 20})]:
    f = name + '.jpg'
    Image.fromarray(a).save(path(f), **kw)
    read = np.array(Image.open(path(f)).convert('L'))
    assert not ((read > 100) & (read < 150)).any()
    case(f, 'JPEG, thresholded at 128', np.where(read >= 128, 255, 0).astype(np.uint8), 'Pillow', options='warns')
`
