package org.spanmatch.tuning;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;

/**
 * Activations in memory in any format, in the layouts {@code nf} and {@code fn}, and of any size:
 * in pieces, since a Java array has fewer than 2³¹ elements.
 *
 * <p>Reading copies them a block at a time, as {@link org.spanmatch.activations.Layers} does.
 */
public final class MemoryLayer implements Layer {
  private static final int PIECE_BYTES = 1 << 28;

  // As in Layers; and longer runs per neuron, as in the readers of files.
  private static final int SAMPLE_MAJOR_BLOCK_VALUES = 1 << 18;
  private static final int NEURON_MAJOR_BLOCK_VALUES = 1 << 20;

  private final String name;
  private final int samples;
  private final int neurons;
  private final ElementType type;
  private final Layout layout;
  private final int pieceSamples;
  private final List<ByteBuffer> pieces = new ArrayList<>();

  /** Allocates a layer of zeros; there must be at least 1 sample and 1 neuron. */
  MemoryLayer(String name, int samples, int neurons, ElementType type, Layout layout) {
    this(name, samples, neurons, type, layout, PIECE_BYTES);
  }

  /**
   * Allocates a layer of zeros in pieces of {@code pieceBytes} bytes, or of one sample if that is
   * more.
   */
  MemoryLayer(
      String name, int samples, int neurons, ElementType type, Layout layout, int pieceBytes) {
    this.name = name;
    this.samples = samples;
    this.neurons = neurons;
    this.type = type;
    this.layout = layout;
    pieceSamples = Math.max(1, Math.min(samples, pieceBytes / (neurons * type.bytes())));
    for (int from = 0; from < samples; from += pieceSamples) {
      int bytes = Math.multiplyExact(samplesOf(from), neurons * type.bytes());
      pieces.add(ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()));
    }
  }

  /** Returns the number of samples of the piece that begins at a sample. */
  private int samplesOf(int from) {
    return Math.min(pieceSamples, samples - from);
  }

  private int index(int sample, int neuron) {
    int inPiece = sample % pieceSamples;
    return layout == Layout.FN
        ? neuron * samplesOf(sample - inPiece) + inPiece
        : inPiece * neurons + neuron;
  }

  /** Sets all neurons at a sample, rounded to the format. */
  void put(int sample, float[] values) {
    ByteBuffer piece = pieces.get(sample / pieceSamples);
    for (int neuron = 0; neuron < neurons; neuron++) {
      piece.position(index(sample, neuron) * type.bytes());
      type.put(piece, values[neuron]);
    }
  }

  double get(int sample, int neuron) {
    return type.get(pieces.get(sample / pieceSamples), index(sample, neuron));
  }

  /** The layout: whether a row is a sample or a neuron. */
  public Layout layout() {
    return layout;
  }

  /** Copies consecutive values of one piece. */
  private void copy(int sample, int neuron, int values, ByteBuffer target, int to) {
    int size = type.bytes();
    ByteBuffer piece = pieces.get(sample / pieceSamples);
    target.put(to * size, piece, index(sample, neuron) * size, values * size);
  }

  /** Writes all values in the order of the layout. */
  void write(OutputStream out) throws IOException {
    int size = type.bytes();
    // In a neuron-major layout each piece has some samples of every neuron.
    for (int neuron = 0; neuron < (layout == Layout.FN ? neurons : 1); neuron++) {
      for (int from = 0; from < samples; from += pieceSamples) {
        int values = samplesOf(from) * (layout == Layout.FN ? 1 : neurons);
        byte[] bytes = pieces.get(from / pieceSamples).array();
        out.write(bytes, index(from, neuron) * size, values * size);
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String source() {
    return "memory";
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public int neurons() {
    return neurons;
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of((long) samples);
  }

  @Override
  public BlockReader open() {
    boolean neuronMajor = layout == Layout.FN;
    int values = neuronMajor ? NEURON_MAJOR_BLOCK_VALUES : SAMPLE_MAJOR_BLOCK_VALUES;
    int most = Math.max(1, Math.min(samples, values / neurons));
    ByteBuffer buffer =
        ByteBuffer.allocate(most * neurons * type.bytes()).order(ByteOrder.nativeOrder());
    return new BlockReader() {
      private int position;

      @Override
      public Block next() {
        int from = position;
        int pieceEnd = from - from % pieceSamples + samplesOf(from - from % pieceSamples);
        int count = Math.min(most, Math.min(samples, pieceEnd) - from);
        if (from == samples) {
          return null;
        }
        position += count;
        if (!neuronMajor) {
          copy(from, 0, count * neurons, buffer, 0);
          return Block.rows(type, buffer, neurons, count);
        }
        for (int neuron = 0; neuron < neurons; neuron++) {
          copy(from, neuron, count, buffer, neuron * count);
        }
        return new Block(type, buffer, neurons, count, 1, count, 1, 0);
      }

      @Override
      public void close() {}
    };
  }
}
