"""Writes the HDF5 files of these tests, and the same arrays as .npz. Needs h5py and numpy.

    python3 make.py FOLDER

The files that are committed were written by h5py 3.16.0 with HDF5 2.0.0.
"""

import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
TYPES = 'f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8'.split()


def values(shape, dtype, salt=0):
    """Small numbers that every type has exactly, scattered."""
    index = np.arange(np.prod(shape, dtype=int), dtype=np.uint64) + np.uint64(salt)
    mixed = (index * np.uint64(2654435761)) >> np.uint64(7)
    numbers = (mixed % np.uint64(101)).astype('i8')
    if np.dtype(dtype).kind == 'b':
        return (numbers % 2 == 1).reshape(shape)
    return (numbers if np.dtype(dtype).kind == 'u' else numbers - 50).astype(dtype).reshape(shape)


def path(name):
    return os.path.join(folder, name)


def save(name, arrays):
    np.savez_compressed(path(name), **arrays)


def types():
    """Every number format, contiguous, of either byte order."""
    arrays = {}
    with h5py.File(path('types.h5'), 'w') as file:
        for order in '<>':
            for code in TYPES:
                array = values((7, 5), order + code)
                name = ('little' if order == '<' else 'big') + '/' + code
                file[name] = arrays[name] = array
        file['bool'] = arrays['bool'] = values((7, 5), bool)
        bfloat16 = h5py.h5t.IEEE_F16LE.copy()
        bfloat16.set_fields(15, 7, 8, 0, 7)
        bfloat16.set_ebias(127)
        array = values((7, 5), 'f4') * np.float32(1 / 64)
        space = h5py.h5s.create_simple(array.shape)
        dataset = h5py.h5d.create(file.id, b'bfloat16', bfloat16, space)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, array)
        arrays['bfloat16'] = array
        bits = h5py.h5d.create(file.id, b'bits', h5py.h5t.STD_B8LE, space)
        bits.write(h5py.h5s.ALL, h5py.h5s.ALL, values((7, 5), 'u1', 5), mtype=h5py.h5t.STD_B8LE)
        arrays['bits'] = values((7, 5), 'u1', 5)
    save('types.npz', arrays)


def storage():
    """Every way to store values that is read."""
    arrays = {}
    shape = (23, 3, 4, 5)
    ways = {
        'contiguous': {},
        'chunks': dict(chunks=(5, 2, 3, 4)),
        'rows': dict(chunks=(1, 3, 4, 5)),
        'one chunk': dict(chunks=shape),
        'gzip': dict(chunks=(5, 2, 3, 4), compression='gzip'),
        'gzip shuffle': dict(chunks=(5, 3, 4, 5), compression='gzip', shuffle=True),
        'lzf': dict(chunks=(5, 3, 4, 5), compression='lzf'),
        'lzf shuffle': dict(chunks=(5, 3, 4, 5), compression='lzf', shuffle=True),
        'fletcher32': dict(chunks=(5, 2, 3, 4), fletcher32=True),
        'all': dict(chunks=(5, 2, 3, 4), compression='gzip', shuffle=True, fletcher32=True),
        'automatic': dict(compression='gzip'),
        'resizable': dict(chunks=(4, 3, 4, 5), maxshape=(None, 3, 4, 5)),
        'resizable twice': dict(chunks=(4, 3, 4, 5), maxshape=(None, None, 4, 5)),
        'resizable gzip': dict(chunks=(4, 3, 4, 5), maxshape=(None, 3, 4, 5), compression='gzip'),
    }
    for libver in ('earliest', 'v114'):
        with h5py.File(path(f'storage-{libver}.h5'), 'w', libver=(libver, 'v114')) as file:
            for i, (name, options) in enumerate(ways.items()):
                array = values(shape, 'f4', i)
                file.create_dataset(name, data=array, **options)
                arrays[name] = array
            compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            compact.set_layout(h5py.h5d.COMPACT)
            array = values((9, 4), 'f8', 77)
            space = h5py.h5s.create_simple(array.shape)
            data = h5py.h5d.create(file.id, b'compact', h5py.h5t.IEEE_F64LE, space, compact)
            data.write(h5py.h5s.ALL, h5py.h5s.ALL, array)
            arrays['compact'] = array
            # Noise, which lzf can't make smaller and leaves alone.
            noise = np.random.default_rng(1).integers(0, 256, (40, 8), dtype='u1')
            file.create_dataset('noise', data=noise, chunks=(20, 8), compression='lzf')
            arrays['noise'] = noise
            # One chunk that is not compressed although the others are.
            array = values((10, 6), '<i4', 5)
            mixed = file.create_dataset('mixed', array.shape, '<i4', chunks=(5, 6), shuffle=True,
                                        compression='gzip')
            mixed[:5] = array[:5]
            mixed.id.write_direct_chunk((5, 0), array[5:].tobytes(), filter_mask=3)
            arrays['mixed'] = array
            many = values((1100, 2), 'i1', 9)
            file.create_dataset('many chunks', data=many, chunks=(1, 2))
            file.create_dataset('many chunks gzip', data=many, chunks=(1, 2),
                                compression='gzip')
            file.create_dataset('many chunks to come', data=many, chunks=(1, 2),
                                maxshape=(None, 2))
            arrays['many chunks'] = many
            arrays['many chunks gzip'] = many
            arrays['many chunks to come'] = many
            early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            early.set_chunk((5, 2))
            early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            array = values((17, 5), 'f4', 8)
            space = h5py.h5s.create_simple(array.shape)
            data = h5py.h5d.create(file.id, b'early', h5py.h5t.IEEE_F32LE, space, early)
            data.write(h5py.h5s.ALL, h5py.h5s.ALL, array)
            arrays['early'] = array
    save('storage.npz', arrays)


def groups():
    """Names and their order."""
    with h5py.File(path('groups.h5'), 'w') as file:
        for name in ('b/conv10', 'b/conv2', 'b/deep/er/x', 'a', 'b/ä ö/😀', 'b/conv1'):
            file[name] = values((6, 2), 'f4')
        file['again'] = file['a']
        file['b/circle'] = file['b']
        file.create_group('nothing')
    with h5py.File(path('groups-ordered.h5'), 'w', libver=('v114', 'v114'), track_order=True) as file:
        for name in ('z', 'y', 'x', 'conv10', 'conv2'):
            file[name] = values((6, 2), 'f4')
    with h5py.File(path('groups-dense.h5'), 'w', libver=('v114', 'v114')) as file:
        for i in range(60):
            file[f'layer{i}'] = values((4, 2), 'i1', i)


def left_out():
    """What is listed and not read."""
    with h5py.File(path('elsewhere.h5'), 'w') as file:
        file['data'] = values((6, 2), 'f4')
    with h5py.File(path('left-out.h5'), 'w') as file:
        file['good'] = values((6, 2), 'f4')
        file['text'] = ['a', 'bc']
        file['bytes'] = np.array([b'a', b'bc'])
        file['compound'] = np.zeros(3, dtype=[('a', 'f4'), ('b', 'i4')])
        file['complex'] = np.zeros((3, 2), 'c8')
        file['scalar'] = 1.5
        file['vector'] = values((6,), 'f4')
        file['empty'] = h5py.Empty('f4')
        file['no samples'] = np.zeros((0, 5), 'f4')
        file['soft'] = h5py.SoftLink('/good')
        file['external'] = h5py.ExternalLink('elsewhere.h5', '/data')
        layout = h5py.VirtualLayout((6, 2), 'f4')
        layout[:] = h5py.VirtualSource('elsewhere.h5', 'data', (6, 2))
        file.create_virtual_dataset('virtual', layout)
        file.create_dataset('raw', (6, 2), 'f4', external=[('elsewhere.raw', 0, 48)])
        file.create_dataset('scaleoffset', data=values((6, 2), 'i4'), chunks=(6, 2), scaleoffset=4)
        file.create_dataset('unwritten', (6, 2), 'f4')
        file.create_dataset('half', (6, 2), 'f4', chunks=(3, 2))[:3] = 1
        file.create_dataset('enum', data=values((6, 2), 'u1'),
                            dtype=h5py.enum_dtype({'A': 0, 'B': 1}, 'u1'))
        file['pieces'] = np.array([np.arange(2), np.arange(3)], dtype=object).astype(
            h5py.vlen_dtype('i4'))
        file['reference'] = np.array([file['good'].ref], dtype=h5py.ref_dtype)
        odd = h5py.h5t.STD_I32LE.copy()
        odd.set_precision(20)
        space = h5py.h5s.create_simple((6, 2))
        h5py.h5d.create(file.id, b'20 bits', odd, space).write(
            h5py.h5s.ALL, h5py.h5s.ALL, values((6, 2), 'i4'))
        file['array'] = np.zeros(3, dtype=[('a', 'f4', (2,))])['a']
        file['named type'] = np.dtype('f4')
        file.create_dataset('of named type', data=values((6, 2), 'f4'), dtype=file['named type'])
    with h5py.File(path('newest.h5'), 'w', libver='latest') as file:
        file.create_dataset('gzip', data=values((6, 2), 'f4'), compression='gzip')
        file['plain'] = values((6, 2), 'f4')
    os.remove(path('elsewhere.h5'))
    if os.path.exists(path('elsewhere.raw')):
        os.remove(path('elsewhere.raw'))


def matlab():
    """As MATLAB 7.3 writes it: axes reversed, classes in attributes, a header of 512 bytes."""
    arrays = {}
    name = path('matlab.mat')
    with h5py.File(name, 'w', userblock_size=512) as file:
        def variable(key, array, kind, **options):
            file.create_dataset(key, data=array, **options).attrs['MATLAB_class'] = np.bytes_(kind)
            return file[key]

        array = values((11, 4), 'f8')
        variable('fc', array.T, 'double', chunks=(2, 5), compression='gzip')
        arrays['fc'] = array
        array = values((6, 3, 2, 5), 'f4', 4)
        variable('conv', array.T, 'single')
        arrays['conv'] = array
        array = values((11, 4), 'u1') % 2
        variable('mask', array.T, 'logical').attrs['MATLAB_int_decode'] = np.int32(1)
        arrays['mask'] = array.astype(bool)
        variable('text', np.frombuffer('abc'.encode('utf-16le'), 'u2').reshape(3, 1), 'char')
        variable('none', np.array([0, 5], 'u8'), 'double').attrs['MATLAB_empty'] = np.uint8(1)
        inner = file.create_dataset('#refs#/a', data=values((3, 2), 'f8'))
        variable('cell', np.array([[inner.ref]], dtype=h5py.ref_dtype), 'cell')
        variable('s/field', values((11, 2), 'f8', 2).T, 'double')
        arrays['s/field'] = values((11, 2), 'f8', 2)
    with open(name, 'r+b') as file:
        file.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\x00\x02IM')
    save('matlab.npz', arrays)


def seeds():
    """Files of at most 16 KiB, from which the fuzzer begins."""
    def seed(name, **options):
        return h5py.File(path(os.path.join('fuzzing', 'Hdf5', name)), 'w', **options)

    os.makedirs(path('fuzzing/Hdf5'), exist_ok=True)
    array = values((7, 6), 'f4')
    ways = {
        'gzip': dict(chunks=(3, 6), compression='gzip'),
        'all': dict(chunks=(3, 4), compression='gzip', shuffle=True, fletcher32=True),
        'lzf': dict(chunks=(7, 4), compression='lzf', shuffle=True),
        'chunks': dict(chunks=(2, 3)),
        'one': dict(chunks=(7, 6)),
        'resizable': dict(chunks=(2, 6), maxshape=(None, 6)),
        'resizable twice': dict(chunks=(3, 3), maxshape=(None, None), compression='gzip'),
    }
    for libver in ('earliest', 'v114'):
        with seed('plain-' + libver, libver=(libver, 'v114')) as file:
            file['f4'] = array
            file['group/bool'] = array > 0
            file['group/big'] = array.astype('>i2')
        for name in ways if libver == 'v114' else list(ways)[:3]:
            with seed(f'{name.replace(" ", "-")}-{libver}', libver=(libver, 'v114')) as file:
                file.create_dataset(name, data=array, **ways[name])
    with seed('many-chunks', libver=('v114', 'v114')) as file:
        many = values((1100, 1), 'i1')
        file.create_dataset('fixed', data=many, chunks=(8, 1))
        file.create_dataset('extensible', data=many, chunks=(8, 1), maxshape=(None, 1))
    with seed('dense', libver=('v114', 'v114')) as file:
        for i in range(9):
            file[f'layer{i}'] = values((4, 2), 'i1', i)
    with seed('ordered', libver=('v114', 'v114'), track_order=True) as file:
        file['y'] = file['x'] = array
    with seed('compact') as file:
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        data = h5py.h5d.create(file.id, b'compact', h5py.h5t.IEEE_F32LE,
                               h5py.h5s.create_simple(array.shape), compact)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, array)
    with seed('left-out') as file:
        file['good'] = array
        file['text'] = ['a', 'bc']
        file['compound'] = np.zeros(3, dtype=[('a', 'f4'), ('b', 'i4')])
        file['soft'] = h5py.SoftLink('/good')
        file['enum'] = h5py.Empty('f4')
        file.create_dataset('classes', data=array > 0, dtype=h5py.enum_dtype({'A': 0}, 'u1'))
    with seed('matlab', userblock_size=512) as file:
        file['fc'] = array
        file['fc'].attrs['MATLAB_class'] = np.bytes_('single')
    with open(path('fuzzing/Hdf5/matlab'), 'r+b') as file:
        file.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\x00\x02IM')


for write in (types, storage, groups, left_out, matlab, seeds):
    write()
