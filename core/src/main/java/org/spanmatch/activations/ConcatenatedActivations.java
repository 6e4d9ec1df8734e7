package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.PrimitiveIterator;

/**
 * A layer whose samples lie in several others, one after the other: see {@link
 * Layers#concatenated}.
 *
 * <p>A pass has one part open at a time, and hands on its blocks as they are. Only where a part has
 * another format than the others are its values copied, some at a time.
 */
final class ConcatenatedActivations implements Layer {
  private static final int COPIED_VALUES = 1 << 18;
  private static final int UNKNOWN = -1;

  private final String name;
  private final List<Layer> parts;
  private final long[] starts; // the first sample of each part, and the number of all
  private final List<Long> sampleAxes;
  private final ElementType type;
  private final boolean isMixed; // of several types
  private volatile int unit = UNKNOWN; // of ranges; 0 if there are none

  private ConcatenatedActivations(
      String name, List<Layer> parts, long[] starts, List<Long> sampleAxes) {
    this.name = name;
    this.parts = parts;
    this.starts = starts;
    this.sampleAxes = sampleAxes;
    ElementType first = parts.get(0).type();
    this.isMixed = parts.stream().anyMatch(part -> part.type() != first);
    this.type = isMixed ? ElementType.FLOAT64 : first;
  }

  /** See {@link Layers#concatenated}. */
  static Layer of(String name, List<? extends Layer> parts) {
    Objects.requireNonNull(name, "name");
    List<Layer> all = List.copyOf(parts);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("expected at least 1 part, found none");
    }
    Layer first = all.get(0);
    List<Long> inner = inner(first);
    long[] starts = new long[all.size() + 1];
    long steps = 0;
    for (int i = 0; i < all.size(); i++) {
      Layer part = all.get(i);
      if (part.neurons() != first.neurons()) {
        throw new ActivationsException(
            part.description()
                + " has "
                + part.neurons()
                + " neurons, but "
                + first.description()
                + " has "
                + first.neurons()
                + ", expected parts of one layer");
      }
      if (!inner(part).equals(inner)) {
        throw new ActivationsException(
            part.description()
                + " counts its samples as "
                + part.sampleAxes()
                + ", but "
                + first.description()
                + " as "
                + first.sampleAxes()
                + ", expected parts of one layer, which differ in their examples, the first axis,"
                + " alone");
      }
      steps = Math.addExact(steps, part.sampleAxes().get(0));
      starts[i + 1] = Math.addExact(starts[i], part.samples());
    }
    List<Long> axes = new ArrayList<>(List.of(steps));
    axes.addAll(inner);
    return new ConcatenatedActivations(name, all, starts, List.copyOf(axes));
  }

  private static List<Long> inner(Layer layer) {
    return layer.sampleAxes().subList(1, layer.sampleAxes().size());
  }

  @Override
  public String name() {
    return name;
  }

  /** The sources of the parts, each once; of many the first and the last one. */
  @Override
  public String source() {
    List<String> sources = parts.stream().map(Layer::source).distinct().toList();
    int last = sources.size() - 1;
    return last < 3
        ? String.join(" + ", sources)
        : sources.get(0) + " + … + " + sources.get(last) + " (" + sources.size() + " files)";
  }

  @Override
  public ElementType type() {
    return type;
  }

  /** That of the part whose values are rounded most. */
  @Override
  public double roundoff() {
    return parts.stream().mapToDouble(Layer::roundoff).max().orElseThrow();
  }

  @Override
  public int neurons() {
    return parts.get(0).neurons();
  }

  @Override
  public List<Long> sampleAxes() {
    return sampleAxes;
  }

  @Override
  public long samples() {
    return starts[parts.size()];
  }

  @Override
  public void requireUnchanged() {
    parts.forEach(Layer::requireUnchanged);
  }

  @Override
  public boolean makeRoom(long heapBytes) {
    boolean made = false;
    for (Layer part : parts) {
      made |= part.makeRoom(heapBytes);
    }
    return made;
  }

  @Override
  public long masked() {
    return parts.stream().mapToLong(Layer::masked).sum();
  }

  @Override
  public String sampleName(long position) {
    int at = part(position);
    Layer part = parts.get(at);
    return part.sampleName(part.samplePosition(position - starts[at])) + " of " + part.source();
  }

  /** Returns the part that holds a sample. */
  private int part(long sample) {
    int found = Arrays.binarySearch(starts, sample);
    return found < 0 ? -2 - found : found;
  }

  @Override
  public PrimitiveIterator.OfLong examples() {
    return new PrimitiveIterator.OfLong() {
      private final Iterator<Layer> left = parts.iterator();
      private PrimitiveIterator.OfLong ofPart = left.next().examples();
      private long before; // examples of earlier parts
      private long latest = -1;

      @Override
      public boolean hasNext() {
        while (!ofPart.hasNext() && left.hasNext()) {
          before = latest + 1;
          ofPart = left.next().examples();
        }
        return ofPart.hasNext();
      }

      @Override
      public long nextLong() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        latest = before + ofPart.nextLong();
        return latest;
      }
    };
  }

  @Override
  public BlockReader open() {
    return new Reader();
  }

  @Override
  public Optional<RangeReader> openRanges() {
    if (unit == UNKNOWN) {
      unit = isMixed ? 0 : commonUnit();
    }
    return unit == 0 ? Optional.empty() : Optional.of(new Ranges());
  }

  /** Returns the unit in which all parts can be read at any place; 0 if they can't. */
  private int commonUnit() {
    int common = 0;
    for (Layer part : parts) {
      Optional<RangeReader> ranges = part.openRanges();
      if (ranges.isEmpty()) {
        return 0;
      }
      try (RangeReader reader = ranges.get()) {
        if (common != 0 && reader.unit() != common) {
          return 0;
        }
        common = reader.unit();
      }
    }
    return common;
  }

  @Override
  public String toString() {
    return description() + ", " + samples() + " samples of " + neurons() + " neurons";
  }

  private final class Reader implements BlockReader {
    private final Iterator<Layer> left = parts.iterator();
    private BlockReader reader = left.next().open(); // null behind the last
    private ByteOrder order; // of all blocks, which is that of the first; null before
    private Block copied; // a block of another format, being copied; null if there is none
    private int used; // its samples that have been copied
    private ByteBuffer rows = ByteBuffer.allocate(0);

    @Override
    public Block next() {
      Block block = copied != null ? copied : nextOfParts();
      if (block == null) {
        return null;
      }
      if (order == null) {
        order = isMixed ? ByteOrder.nativeOrder() : block.data().order();
      }
      boolean hasFormat =
          block.type() == type && (type.bytes() == 1 || block.data().order() == order);
      return hasFormat ? block : copy(block);
    }

    private Block nextOfParts() {
      while (reader != null) {
        Block block = reader.next();
        if (block != null) {
          return block;
        }
        reader.close();
        reader = null;
        if (left.hasNext()) {
          reader = left.next().open();
        }
      }
      return null;
    }

    /** Copies the next samples of a block in the common format. */
    private Block copy(Block block) {
      int most = Math.max(1, COPIED_VALUES / Math.max(1, block.neurons()));
      int count = Math.min(most, block.samples() - used);
      int bytes = Math.multiplyExact(count, Math.multiplyExact(block.neurons(), type.bytes()));
      if (rows.capacity() < bytes) {
        rows = ByteBuffer.allocate(bytes);
      }
      if (block.type() == type) {
        block.putRows(used, count, rows.order(block.data().order()), 0);
        reverse(count * block.neurons());
      } else {
        double[] values = new double[count * block.neurons()];
        block.copyRows(used, count, values, 0);
        rows.order(order).asDoubleBuffer().put(0, values);
      }
      used += count;
      copied = used == block.samples() ? null : block;
      used = copied == null ? 0 : used;
      return Block.rows(type, rows.order(order), block.neurons(), count);
    }

    /** Reverses the bytes of values. */
    private void reverse(int values) {
      for (int i = 0; i < values; i++) {
        switch (type.bytes()) {
          case Short.BYTES -> rows.putShort(2 * i, Short.reverseBytes(rows.getShort(2 * i)));
          case Integer.BYTES -> rows.putInt(4 * i, Integer.reverseBytes(rows.getInt(4 * i)));
          default -> rows.putLong(8 * i, Long.reverseBytes(rows.getLong(8 * i)));
        }
      }
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
    }
  }

  /** Has a part open from the first read of its samples to the last. */
  private final class Ranges implements RangeReader {
    private final RangeReader[] readers = new RangeReader[parts.size()]; // null if not open
    private final int[] users = new int[parts.size()];
    private final long[] read = new long[parts.size()]; // samples

    @Override
    public int unit() {
      return unit;
    }

    @Override
    public Block fill(long firstSample, int count, ByteBuffer target) {
      if (firstSample < 0 || count < 1 || firstSample > samples() - count) {
        throw new IllegalArgumentException(
            "expected samples of the "
                + samples()
                + " there are, found "
                + count
                + " from "
                + firstSample
                + " on");
      }
      long bytes = (long) count * neurons() * type.bytes();
      if (bytes > target.remaining()) {
        throw new IllegalArgumentException(
            "expected room for " + bytes + " bytes, found " + target.remaining());
      }
      int from = target.position();
      Block all = null;
      for (long sample = firstSample; sample < firstSample + count; ) {
        int part = part(sample);
        int some = (int) (Math.min(starts[part + 1], firstSample + count) - sample);
        Block block = fill(part, sample - starts[part], some, target);
        all = all == null ? block : requireLike(all, block);
        sample += some;
      }
      ByteBuffer data = target.slice(from, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new Block(
          type,
          data,
          all.neurons(),
          count / all.innerSize(),
          all.innerSize(),
          all.neuronStride(),
          all.outerStride(),
          all.innerStride());
    }

    private Block fill(int part, long first, int count, ByteBuffer target) {
      RangeReader reader = acquire(part);
      long done = 0;
      try {
        Block block = reader.fill(first, count, target);
        done = count;
        return block;
      } finally {
        release(part, done);
      }
    }

    private static Block requireLike(Block block, Block other) {
      if (block.innerSize() != other.innerSize()
          || block.neuronStride() != other.neuronStride()
          || block.outerStride() != other.outerStride()
          || block.innerStride() != other.innerStride()) {
        throw new IllegalStateException("expected one order of values in all parts of a layer");
      }
      return block;
    }

    private synchronized RangeReader acquire(int part) {
      if (readers[part] == null) {
        Layer layer = parts.get(part);
        readers[part] =
            layer
                .openRanges()
                .orElseThrow(
                    () ->
                        new ActivationsException(
                            layer.description() + " can no longer be read at any place"));
      }
      users[part]++;
      return readers[part];
    }

    private synchronized void release(int part, long count) {
      users[part]--;
      read[part] += count;
      if (users[part] == 0 && read[part] >= parts.get(part).samples()) {
        read[part] = 0;
        close(part);
      }
    }

    private void close(int part) {
      RangeReader reader = readers[part];
      readers[part] = null;
      if (reader != null) {
        reader.close();
      }
    }

    @Override
    public synchronized void close() {
      for (int part = 0; part < readers.length; part++) {
        close(part);
      }
    }
  }
}
