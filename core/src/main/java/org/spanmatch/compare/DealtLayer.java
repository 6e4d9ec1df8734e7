package org.spanmatch.compare;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.similarity.Split;

/**
 * Some examples of a layer in memory, those of one part among successive ones, as they are stored:
 * images keep their layout, everything else becomes a row of values per sample.
 */
final class DealtLayer extends Layer.Forwarding {
  // As many values as a block of activations in memory has, enough for the kernels.
  private static final int PIECE_VALUES = 1 << 18;

  private final Split.Deal deal;
  private final int part;
  private final long firstExample;
  private final List<Piece> pieces = new ArrayList<>();
  private long examples;
  private long samples;

  /**
   * Creates a layer without examples.
   *
   * @param layer the layer with all examples
   * @param deal who is in which part
   * @param part the part
   * @param firstExample the first example that may belong to this layer
   */
  DealtLayer(Layer layer, Split.Deal deal, int part, long firstExample) {
    super(layer);
    this.deal = deal;
    this.part = part;
    this.firstExample = firstExample;
  }

  /** Called before the samples of an example are added. */
  void beginExample() {
    examples++;
  }

  /** Copies consecutive samples of a block. */
  void add(Block block, int from, int count) {
    boolean images = hasWholeImages(block) && isWhole(block, from) && isWhole(block, count);
    int together = images ? block.innerSize() : 1;
    for (int done = 0; done < count; ) {
      Piece piece = piece(block, together, images);
      int some = Math.min(piece.room() * together, count - done);
      piece.add(block, from + done, some);
      done += some;
    }
    samples += count;
  }

  /** Whether the values of each image lie together, those of a neuron side by side. */
  private static boolean hasWholeImages(Block block) {
    return block.innerSize() > 1
        && block.innerStride() == 1
        && block.neuronStride() == block.innerSize()
        && (block.outerSize() == 1 || block.outerStride() == block.innerSize() * block.neurons());
  }

  private static boolean isWhole(Block block, int samples) {
    return samples % block.innerSize() == 0;
  }

  private Piece piece(Block block, int together, boolean images) {
    Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
    if (last == null || last.room() == 0 || !last.takes(block, together, images)) {
      last = new Piece(block, together, images, layer().samples());
      pieces.add(last);
    }
    return last;
  }

  @Override
  public List<Long> sampleAxes() {
    List<Long> axes = new ArrayList<>(layer().sampleAxes());
    axes.set(0, axes.size() == 1 ? samples : examples);
    return axes;
  }

  /** The samples left out are no part's. */
  @Override
  public long masked() {
    return 0;
  }

  @Override
  public long samplePosition(long sample) {
    OwnSamples own = new OwnSamples();
    for (long i = 0; i < sample; i++) {
      own.nextLong();
    }
    own.nextLong();
    return layer().samplePosition(own.position);
  }

  @Override
  public PrimitiveIterator.OfLong examples() {
    return new OwnSamples();
  }

  /** Deals again, and picks the samples of this layer: only messages need it. */
  private final class OwnSamples implements PrimitiveIterator.OfLong {
    private final Split.Draw draw = deal.draw();
    private final PrimitiveIterator.OfLong all = layer().examples();
    private long found;
    private long position = -1; // in the whole layer, of the sample found last
    private long dealt; // examples
    private long example = -1;
    private boolean isOwn; // the example

    @Override
    public boolean hasNext() {
      return found < samples;
    }

    @Override
    public long nextLong() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      do {
        position++;
        long next = all.nextLong();
        if (next != example) {
          example = next;
          isOwn = draw.next() == part && dealt >= firstExample;
          dealt++;
        }
      } while (!isOwn);
      found++;
      return example;
    }
  }

  @Override
  public BlockReader open() {
    Iterator<Piece> left = pieces.iterator();
    return new BlockReader() {
      @Override
      public Block next() {
        return left.hasNext() ? left.next().block() : null;
      }

      @Override
      public void close() {}
    };
  }

  /** Memory for samples of one layout. */
  private static final class Piece {
    private final ElementType type;
    private final int neurons;
    private final int together; // samples of an image, or 1
    private final boolean images;
    private final int capacity; // images or samples
    private final ByteBuffer data;
    private int count; // images or samples

    Piece(Block block, int together, boolean images, long most) {
      this.type = block.type();
      this.neurons = block.neurons();
      this.together = together;
      this.images = images;
      int values = Math.max(1, together * neurons);
      long all = (most + together - 1) / together; // so that many parts of a small layer stay small
      this.capacity = (int) Math.max(1, Math.min(all, PIECE_VALUES / values));
      this.data =
          ByteBuffer.allocate(Math.multiplyExact(capacity, values * type.bytes()))
              .order(block.data().order());
    }

    boolean takes(Block block, int together, boolean images) {
      return this.together == together
          && this.images == images
          && type == block.type()
          && data.order() == block.data().order();
    }

    int room() {
      return capacity - count;
    }

    void add(Block block, int from, int samples) {
      if (images) {
        int bytes = type.bytes();
        int to = count * together * neurons * bytes;
        data.put(to, block.data(), block.index(from) * bytes, samples * neurons * bytes);
      } else {
        block.putRows(from, samples, data, count);
      }
      count += samples / together;
    }

    Block block() {
      return images
          ? new Block(type, data, neurons, count, together, together, together * neurons, 1)
          : Block.rows(type, data, neurons, count);
    }
  }
}
