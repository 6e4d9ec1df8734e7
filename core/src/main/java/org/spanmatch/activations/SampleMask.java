package org.spanmatch.activations;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** See {@link Layers#mask}: a bit per value. */
final class SampleMask implements Layers.Mask {
  private final String source;
  private final List<Long> axes;
  private final long size;
  private final BitSet kept; // by position in C order
  private final long count;

  SampleMask(String source, List<Long> axes, BitSet kept) {
    this.source = Objects.requireNonNull(source, "source");
    this.axes = List.copyOf(Objects.requireNonNull(axes, "axes"));
    this.size = this.axes.stream().reduce(1L, Math::multiplyExact);
    this.kept = (BitSet) Objects.requireNonNull(kept, "kept").clone();
    this.count = kept.cardinality();
    if (size > Integer.MAX_VALUE) {
      throw new ActivationsException(
          source + ": expected at most " + Integer.MAX_VALUE + " values, found " + size);
    }
    if (kept.length() > size) {
      throw new IllegalArgumentException(
          source + ": expected " + size + " values, found " + kept.length());
    }
    if (size == 0) {
      throw new ActivationsException(
          source + ": it keeps no sample, since it has no values: its shape is " + axes);
    }
    if (count == 0) {
      throw new ActivationsException(source + ": it keeps no sample, since all of it is 0");
    }
  }

  @Override
  public List<Long> axes() {
    return axes;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long kept() {
    return count;
  }

  @Override
  public Layers.Mask and(Layers.Mask other) {
    SampleMask second = (SampleMask) other;
    boolean byExample = second.axes.equals(axes.subList(0, 1));
    if (!axes.equals(second.axes) && !byExample) {
      throw new ActivationsException(
          source
              + " has the shape "
              + axes
              + ", but "
              + second.source
              + " has "
              + second.axes
              + ", expected masks of the same samples");
    }
    BitSet both = (BitSet) kept.clone();
    if (axes.equals(second.axes)) {
      both.and(second.kept);
    } else {
      int each = (int) (size / second.size);
      for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
        both.set(i, second.kept.get(i / each));
      }
    }
    if (both.isEmpty()) {
      throw new ActivationsException(
          source + " keeps no sample that " + second.source + " keeps too");
    }
    String sources = axes.equals(second.axes) ? source + " and " + second.source : source;
    return new SampleMask(sources, axes, both);
  }

  @Override
  public Layers.Mask examples() {
    if (axes.size() == 1) {
      return this;
    }
    int each = (int) (size / axes.get(0));
    BitSet examples = new BitSet();
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit((i / each + 1) * each)) {
      examples.set(i / each);
    }
    return new SampleMask(source, axes.subList(0, 1), examples);
  }

  /** Returns the layer without the samples that this leaves out. */
  Layer of(Layer layer) {
    List<Long> of = layer.sampleAxes();
    if (!axes.equals(of) && !axes.equals(of.subList(0, 1))) {
      throw new ActivationsException(
          layer.description()
              + ": expected a mask of the shape "
              + of.subList(0, 1)
              + (of.size() == 1 ? "" : " or " + of)
              + ", found "
              + axes
              + " in "
              + source);
    }
    return count == size ? layer : new Masked(layer);
  }

  /** A layer without the samples that this leaves out. */
  private final class Masked extends SelectedActivations {
    private final List<Long> sampleAxes;
    private final long together; // samples per value of the mask

    Masked(Layer layer) {
      super(layer);
      together = layer.samples() / size;
      List<Long> of = layer.sampleAxes();
      sampleAxes =
          axes.size() > 1
              ? List.of(count)
              : Stream.concat(Stream.of(count), of.stream().skip(1)).toList();
    }

    @Override
    public List<Long> sampleAxes() {
      return sampleAxes;
    }

    @Override
    public long masked() {
      return layer().masked() + layer().samples() - samples();
    }

    @Override
    public long samplePosition(long sample) {
      long before = sample / together; // values that are kept before the sample's own
      int from = kept.nextSetBit(0);
      int end = kept.nextClearBit(from);
      while (end - from <= before) {
        before -= end - from;
        from = kept.nextSetBit(end);
        end = kept.nextClearBit(from);
      }
      return layer().samplePosition((from + before) * together + sample % together);
    }

    @Override
    Selection select() {
      return new Selection() {
        @Override
        public long next(long from) {
          return Math.max(from, kept.nextSetBit((int) (from / together)) * together);
        }

        @Override
        public long end(long selected) {
          return kept.nextClearBit((int) (selected / together)) * together;
        }
      };
    }
  }
}
